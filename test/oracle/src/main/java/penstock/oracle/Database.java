package penstock.oracle;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;

/** The database "conf" of a server that is named by PGHOST, PGPORT and PGUSER. */
final class Database {
    static final String NAME = "conf";
    static final String SLOT = "recorder";
    /** Prefix of the message that says how far the connector has come. */
    static final String MARK = "penstock-recorder";

    private static final int SLOT_TRIES = 100;
    private static final int SLOT_PAUSE_MS = 100;

    final String host;
    final String port;
    final String user;
    private final String psql;
    private final String slotBeside;

    Database(Map<String, String> environment) {
        host = environment.getOrDefault("PGHOST", "127.0.0.1");
        port = environment.getOrDefault("PGPORT", "5432");
        user = environment.getOrDefault("PGUSER", "postgres");
        psql = environment.getOrDefault("PSQL", "psql");
        slotBeside = environment.get("BESIDE");
    }

    private Connection connect(String name) throws SQLException {
        return DriverManager.getConnection("jdbc:postgresql://" + host + ":" + port + "/" + name, user, "");
    }

    /** An empty database. */
    void renew() throws SQLException, InterruptedException {
        drop();
        execute("postgres", "CREATE DATABASE " + NAME + " TEMPLATE template0 ENCODING 'UTF8'");
    }

    void createSlotBeside() throws SQLException {
        if (slotBeside != null) {
            execute(NAME, "SELECT pg_create_logical_replication_slot('" + slotBeside + "', 'penstock_output')");
        }
    }

    private void drop() throws SQLException, InterruptedException {
        for (int tries = 1;; tries++) {
            try {
                execute("postgres", "SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots"
                        + " WHERE database = '" + NAME + "'");
                break;
            } catch (SQLException e) { // its walsender is still there
                if (tries == SLOT_TRIES) {
                    throw e;
                }
                Thread.sleep(SLOT_PAUSE_MS);
            }
        }
        execute("postgres", "DROP DATABASE IF EXISTS " + NAME + " WITH (FORCE)");
    }

    boolean streams() throws SQLException {
        try (Connection connection = connect(NAME); Statement statement = connection.createStatement()) {
            ResultSet rows = statement.executeQuery("SELECT 1 FROM pg_stat_activity a"
                    + " JOIN pg_replication_slots s ON s.active_pid = a.pid"
                    + " WHERE s.slot_name = '" + SLOT + "' AND a.query LIKE 'START_REPLICATION%'");
            return rows.next();
        }
    }

    void mark() throws SQLException {
        execute(NAME, "SELECT pg_logical_emit_message(false, '" + MARK + "', '')");
        execute(NAME, "SELECT txid_current()"); // its commit flushes the message
    }

    private void execute(String name, String sql) throws SQLException {
        try (Connection connection = connect(name); Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    /** Runs a script with psql, which knows COPY and commits statement by statement. */
    void run(String script) throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder(psql, "-X", "-q", "-v", "ON_ERROR_STOP=1", "-h", host, "-p", port,
                "-U", user, "-d", NAME, "-o", "/dev/null");
        builder.environment().putAll(Map.of("PGTZ", "UTC", "PGCLIENTENCODING", "UTF8",
                "PGOPTIONS", "-c client_min_messages=warning"));
        builder.redirectErrorStream(true);
        Process process = builder.start();
        Thread writer = new Thread(() -> {
            try (var input = process.getOutputStream()) {
                input.write(script.getBytes(StandardCharsets.UTF_8));
            } catch (IOException e) {
                // psql has stopped and says why below
            }
        });
        writer.start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        writer.join();
        if (process.waitFor() != 0) {
            throw new IOException("psql: " + said);
        }
    }
}
