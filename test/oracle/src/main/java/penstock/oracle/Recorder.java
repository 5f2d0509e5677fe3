package penstock.oracle;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * Records what Debezium sends for a case: reads case directories from standard input, one a line, and
 * answers each with "recorded N" or "failed: reason" once its expected files are written. A slot named by the
 * variable BESIDE sees the same changes; the database stays until the next case.
 */
public final class Recorder {
    private Recorder() {
    }

    public static void main(String[] arguments) throws Exception {
        Database database = new Database(System.getenv());
        BufferedReader input = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = input.readLine(); line != null; line = input.readLine()) {
            System.out.println(record(database, Path.of(line)));
            System.out.flush();
        }
        System.exit(0); // the engine may have left threads
    }

    private static String record(Database database, Path directory) {
        try {
            CaseFiles files = new CaseFiles(directory);
            database.renew();
            database.run(files.setup());
            database.createSlotBeside();
            EventLines lines = Recording.make(database, files);
            files.write(lines);
            return "recorded " + lines.count();
        } catch (Exception e) {
            return "failed: " + reason(e).replace('\n', ' ');
        }
    }

    /** The innermost message of an exception. */
    static String reason(Throwable problem) {
        Throwable inner = problem;
        while (inner.getCause() != null) {
            inner = inner.getCause();
        }
        return inner.getClass().getSimpleName() + ": " + inner.getMessage();
    }
}
