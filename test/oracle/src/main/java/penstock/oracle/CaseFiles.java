package penstock.oracle;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Properties;
import java.util.regex.Pattern;

/** The files of a case, as test/conformance/README.md describes them. */
final class CaseFiles {
    private static final Pattern SYNC = Pattern.compile("^-- sync$", Pattern.MULTILINE);
    private static final String OWN = "oracle.";

    private final Path directory;
    private final Properties connector = new Properties();
    private final Properties own = new Properties();

    CaseFiles(Path directory) throws IOException {
        this.directory = directory;
        Path path = directory.resolve("connector.properties");
        if (Files.exists(path)) {
            try (Reader reader = Files.newBufferedReader(path)) {
                connector.load(reader);
            }
        }
        for (String name : connector.stringPropertyNames()) {
            if (name.startsWith(OWN)) {
                own.setProperty(name, (String) connector.remove(name));
            }
        }
    }

    /** Options for the connector. */
    Properties connector() {
        return connector;
    }

    /** An option for the recorder, "oracle." in front. */
    String own(String name, String otherwise) {
        return own.getProperty(OWN + name, otherwise);
    }

    String setup() throws IOException {
        return Files.readString(directory.resolve("setup.sql"));
    }

    /** What is run in one go; the connector has to catch up between two of them. */
    List<String> sessions() throws IOException {
        return List.of(SYNC.split(Files.readString(directory.resolve("changes.sql")), -1));
    }

    void write(EventLines lines) throws IOException {
        Files.writeString(directory.resolve("expected.jsonl"), lines.plain());
        Files.writeString(directory.resolve("expected.schema.jsonl"), lines.withSchemas());
    }
}
