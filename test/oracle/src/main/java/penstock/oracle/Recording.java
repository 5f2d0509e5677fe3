package penstock.oracle;

import io.debezium.embedded.Connect;
import io.debezium.engine.DebeziumEngine;
import io.debezium.engine.RecordChangeEvent;
import io.debezium.engine.format.ChangeEventFormat;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.connect.source.SourceRecord;

/** One run of the connector over the changes of a case. */
final class Recording {
    private static final int POLL_MS = 20;
    private static final int STOP_SECONDS = 20;

    private final Database database;
    private final CaseFiles files;
    private final EventLines lines = new EventLines();
    private final CountDownLatch stopped = new CountDownLatch(1);
    private final long deadline;
    private volatile String failure;

    private Recording(Database database, CaseFiles files) {
        this.database = database;
        this.files = files;
        deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(Long.parseLong(files.own("timeout.ms", "120000")));
    }

    static EventLines make(Database database, CaseFiles files) throws Exception {
        return new Recording(database, files).run();
    }

    private EventLines run() throws Exception {
        Watermark.forget();
        ExecutorService thread = Executors.newSingleThreadExecutor();
        DebeziumEngine<RecordChangeEvent<SourceRecord>> engine = engine();
        thread.execute(engine);
        try {
            change();
        } finally {
            if (stopped.getCount() > 0) {
                engine.close();
            }
            thread.shutdown();
            thread.awaitTermination(STOP_SECONDS, TimeUnit.SECONDS);
        }
        if (failure != null) {
            lines.stopped(failure);
        }
        return lines;
    }

    private void change() throws Exception {
        if (files.own("quiet.ms", null) != null) { // a connector that does not go on to stream
            stopped.await(Long.parseLong(files.own("quiet.ms", "0")), TimeUnit.MILLISECONDS);
            for (String session : files.sessions()) {
                database.run(session);
            }
            stopped.await(Long.parseLong(files.own("quiet.ms", "0")), TimeUnit.MILLISECONDS);
            return;
        }
        while (running("does not start to stream") && !database.streams()) {
            Thread.sleep(POLL_MS);
        }
        for (String session : files.sessions()) {
            if (stopped.getCount() == 0) {
                return;
            }
            database.run(session);
            database.mark();
            while (running("does not come to the end of its changes") && !Watermark.await(POLL_MS)) {
                // not yet
            }
        }
        // Records behind the mark in its batch, and heartbeats.
        stopped.await(Long.parseLong(files.own("linger.ms", "100")), TimeUnit.MILLISECONDS);
    }

    private boolean running(String complaint) {
        if (System.nanoTime() > deadline) {
            throw new IllegalStateException("the connector " + complaint);
        }
        return stopped.getCount() > 0;
    }

    private DebeziumEngine<RecordChangeEvent<SourceRecord>> engine() {
        String drop = files.own("drop.topics", "");
        return DebeziumEngine.create(ChangeEventFormat.of(Connect.class))
                .using(options())
                .using((success, message, error) -> {
                    failure = success ? null : error == null ? message : Recorder.reason(error);
                    stopped.countDown();
                })
                .notifying((events, committer) -> take(events, committer, drop))
                .build();
    }

    private void take(List<RecordChangeEvent<SourceRecord>> events,
                      DebeziumEngine.RecordCommitter<RecordChangeEvent<SourceRecord>> committer, String drop)
            throws InterruptedException {
        for (RecordChangeEvent<SourceRecord> event : events) {
            if (!event.record().topic().matches(drop)) {
                lines.add(event.record());
            }
            committer.markProcessed(event);
        }
        committer.markBatchFinished();
    }

    private Properties options() {
        Properties options = new Properties();
        options.putAll(Map.of(
                "name", "recorder",
                "connector.class", "io.debezium.connector.postgresql.PostgresConnector",
                "offset.storage", "org.apache.kafka.connect.storage.MemoryOffsetBackingStore",
                "database.hostname", database.host,
                "database.port", database.port,
                "database.user", database.user,
                "database.password", "none",
                "database.dbname", Database.NAME,
                "plugin.name", "pgoutput",
                "slot.name", Database.SLOT));
        options.putAll(Map.of(
                "topic.prefix", "srv",
                "snapshot.mode", "no_data",
                "poll.interval.ms", Integer.toString(POLL_MS)));
        options.putAll(files.connector());
        options.computeIfPresent("message.prefix.include.list", (name, given) -> given + "," + Database.MARK);
        String transforms = options.getProperty("transforms", "");
        options.setProperty("transforms", transforms.isBlank() ? "watermark" : "watermark," + transforms);
        options.setProperty("transforms.watermark.type", Watermark.class.getName());
        return options;
    }
}
