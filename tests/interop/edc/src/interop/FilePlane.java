package interop;

import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.Response;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.security.KeyPairGenerator;
import java.security.spec.ECGenParameterSpec;
import java.util.Base64;
import java.util.Map;
import org.eclipse.edc.connector.dataplane.spi.Endpoint;
import org.eclipse.edc.connector.dataplane.spi.iam.DataPlaneAuthorizationService;
import org.eclipse.edc.connector.dataplane.spi.iam.PublicEndpointGeneratorService;
import org.eclipse.edc.runtime.metamodel.annotation.Inject;
import org.eclipse.edc.runtime.metamodel.annotation.Setting;
import org.eclipse.edc.spi.EdcException;
import org.eclipse.edc.spi.security.Vault;
import org.eclipse.edc.spi.system.ServiceExtension;
import org.eclipse.edc.spi.system.ServiceExtensionContext;
import org.eclipse.edc.web.spi.WebService;
import org.eclipse.edc.web.spi.configuration.PortMapping;
import org.eclipse.edc.web.spi.configuration.PortMappingRegistry;

/**
 * What the connector leaves to whoever runs it: keys for the tokens of its data plane, and the
 * endpoint at which a consumer pulls. The endpoint gives what the asset's address gives.
 */
public class FilePlane implements ServiceExtension {

    private static final String BASE_URL = "https://w3id.org/edc/v0.0.1/ns/baseUrl";
    private static final String CONTEXT = "public";
    private static final String TYPE = "HttpData";

    @Setting(key = "interop.public.address", description = "Where consumers reach the endpoint")
    private String address;

    @Setting(key = "web.http.public.port", description = "Where it listens")
    private int port;

    @Inject
    private Vault vault;

    @Inject
    private PublicEndpointGeneratorService endpoints;

    @Inject
    private DataPlaneAuthorizationService authorization;

    @Inject
    private PortMappingRegistry ports;

    @Inject
    private WebService web;

    @Override
    public void initialize(ServiceExtensionContext context) {
        storeKeys();
        ports.register(new PortMapping(CONTEXT, port, "/" + CONTEXT));
        endpoints.addGeneratorFunction(TYPE, source -> Endpoint.url(address));
        web.registerResource(CONTEXT, new Files(authorization));
    }

    private void storeKeys() {
        try {
            var generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"));
            var pair = generator.generateKeyPair();
            vault.storeSecret("private-key", pem("PRIVATE KEY", pair.getPrivate().getEncoded()));
            vault.storeSecret("public-key", pem("PUBLIC KEY", pair.getPublic().getEncoded()));
        } catch (java.security.GeneralSecurityException e) {
            throw new EdcException(e);
        }
    }

    private static String pem(String label, byte[] key) {
        var text = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(key);
        return "-----BEGIN %s-----\n%s\n-----END %s-----\n".formatted(label, text, label);
    }

    /** Gives the file of the transfer that a token was issued for. */
    @Path("/")
    public static class Files {

        private final DataPlaneAuthorizationService authorization;
        private final HttpClient client = HttpClient.newHttpClient();

        Files(DataPlaneAuthorizationService authorization) {
            this.authorization = authorization;
        }

        /** Answers 403 unless the token is one of this data plane and its transfer goes on. */
        @GET
        public Response get(@HeaderParam("Authorization") String token) throws Exception {
            var bare = token == null ? "" : token.replaceFirst("^Bearer ", "");
            var source = authorization.authorize(bare, Map.of());
            if (source.failed()) {
                return Response.status(Response.Status.FORBIDDEN).build();
            }
            var request = HttpRequest.newBuilder(URI.create(source.getContent().getStringProperty(BASE_URL)));
            var found = client.send(request.build(), BodyHandlers.ofByteArray());
            return Response.status(found.statusCode())
                .type("application/octet-stream")
                .entity(found.body())
                .build();
        }
    }
}
