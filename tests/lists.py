"""Small lists in the formats of the real ones, for the readers' tests."""

from comity.formats.tables import Source

SAT_HEADER = (
    "No,RFC,Nombre del Contribuyente,Situación del contribuyente,"
    "Número y fecha de oficio global de presunción SAT,Publicación página SAT presuntos,"
    "Número y fecha de oficio global de presunción DOF,Publicación DOF presuntos,"
    "Número y fecha de oficio global de contribuyentes que desvirtuaron SAT,"
    "Publicación página SAT desvirtuados,"
    "Número y fecha de oficio global de contribuyentes que desvirtuaron DOF,"
    "Publicación DOF desvirtuados,"
    "Número y fecha de oficio global de definitivos SAT,Publicación página SAT definitivos,"
    "Número y fecha de oficio global de definitivos DOF,Publicación DOF definitivos,"
    "Número y fecha de oficio global de sentencia favorable SAT,"
    "Publicación página SAT sentencia favorable,"
    "Número y fecha de oficio global de sentencia favorable DOF,"
    "Publicación DOF sentencia favorable"
)
SAT_TITLES = (
    '"Información actualizada al 31 de mayo de 2026; los listados son informativos"'
    + "," * 19
    + "\r\nListado completo de contribuyentes (Artículo 69-B del CFF)"
    + "," * 19
)


def sat_row(
    number: int,
    rfc: str,
    name: str,
    situation: str,
    *,
    presunto: str = "01/06/2018",
    desvirtuado: str = "",
    definitivo: str = "",
    sentencia: str = "",
) -> str:
    """Return one row; each stage has the date given on the SAT's page and a DOF date in 2020."""
    stages = (presunto, desvirtuado, definitivo, sentencia)
    cells = (
        f"oficio {stage},{stage},oficio DOF,31/12/2020" if stage else ",,," for stage in stages
    )
    return f'{number},{rfc},"{name}",{situation},' + ",".join(cells)


SAT_ROWS = (
    sat_row(1, "AAA080808HL8", "ASESORES EN AVALÚOS, S.A. DE C.V.", "Presunto"),
    sat_row(2, "CNU130416UJ3", "CONSORCIO NUJOMA, S.C.", "Definitivo", definitivo="16/05/2018"),
    sat_row(3, "XXXXXXXXXXXX", "Información suprimida por sentencia.", "Definitivo"),
)


def sat(*rows: str, header: str = SAT_HEADER, encoding: str = "windows-1252") -> Source:
    """Return a SAT list with these rows."""
    text = "".join(f"{line}\r\n" for line in (header, *rows))
    return Source("lista.csv", text.encode(encoding))


def ofac_row(*cells: str) -> str:
    """Return one row as OFAC writes it: numbers bare, texts quoted, `-0- ` for nothing."""
    shown = ("-0- " if not cell else cell if cell.isdigit() else f'"{cell}"' for cell in cells)
    return ",".join(shown)


def sdn_row(
    number: int, name: str, kind: str = "", remarks: str = "", program: str = "SDGT"
) -> str:
    """Return one row of sdn.csv."""
    return ofac_row(str(number), name, kind, program, *[""] * 7, remarks)


def ofac(name: str, *rows: str) -> Source:
    """Return one of OFAC's files."""
    return Source(name, "".join(f"{row}\r\n" for row in rows).encode() + b"\x1a")
