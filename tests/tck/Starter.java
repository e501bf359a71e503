import java.io.FileReader;
import java.io.IOException;
import java.util.Properties;
import java.util.stream.Collectors;
import org.eclipse.dataspacetck.core.system.ConsoleMonitor;
import org.eclipse.dataspacetck.runtime.ConsoleResultWriter;
import org.eclipse.dataspacetck.runtime.TckRuntime;

/**
 * Starts the kit's own runtime over the kit's own tests, and says how it ended.
 *
 * The published modules hold the tests and the runtime; the main class that belongs to them is in a
 * module that is not published. This does the same: one package, one file of properties.
 */
public class Starter {
    private static final String TESTS = "org.eclipse.dataspacetck.dsp.verification";
    private static final String LAUNCHER = "org.eclipse.dataspacetck.dsp.system.DspSystemLauncher";

    private Starter() {
    }

    /** Takes a file of properties, and optionally a pattern of display names to run. */
    public static void main(String... args) throws IOException {
        var properties = new Properties();
        try (var reader = new FileReader(args[0])) {
            properties.load(reader);
        }
        var all = properties.stringPropertyNames().stream()
                .collect(Collectors.toMap(name -> name, properties::getProperty));
        all.putIfAbsent("dataspacetck.launcher", LAUNCHER);
        var monitor = new ConsoleMonitor(Boolean.parseBoolean(all.get("dataspacetck.debug")), false);
        var runtime = TckRuntime.Builder.newInstance().properties(all).addPackage(TESTS).monitor(monitor);
        if (args.length > 1) {
            // A class carries the name of its group, so what has no test id stays in.
            runtime.displayNameMatching(name -> !name.contains(":") || name.matches(args[1])
                    || !name.matches("[A-Z_]+:[0-9]{2}-[0-9]{2}.*"));
        }
        var result = runtime.build().execute();
        new ConsoleResultWriter(monitor).output(result);
        for (var failure : result.getFailures()) {
            System.out.println("failed " + failure.getTestIdentifier().getDisplayName());
            failure.getException().printStackTrace(System.out);
        }
        System.out.printf(
                "report found %d, passed %d, failed %d, aborted %d, skipped %d, not begun %d%n",
                result.getTestsFoundCount(), result.getTestsSucceededCount(),
                result.getTestsFailedCount(), result.getTestsAbortedCount(),
                result.getTestsSkippedCount(), result.getContainersFailedCount());
        // The kit leaves threads behind.
        System.exit(result.getTotalFailureCount() == 0 ? 0 : 1);
    }
}
