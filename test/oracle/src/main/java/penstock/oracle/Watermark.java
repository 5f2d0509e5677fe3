package penstock.oracle;

import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.connect.data.Struct;
import org.apache.kafka.connect.source.SourceRecord;
import org.apache.kafka.connect.transforms.Transformation;

/** The first transformation of each connector: takes the recorder's own messages out and notes that they came. */
public final class Watermark implements Transformation<SourceRecord> {
    // The engine makes its own instance, by class name.
    private static final Semaphore SEEN = new Semaphore(0);

    static void forget() {
        SEEN.drainPermits();
    }

    static boolean await(long milliseconds) throws InterruptedException {
        return SEEN.tryAcquire(milliseconds, TimeUnit.MILLISECONDS);
    }

    @Override
    public SourceRecord apply(SourceRecord event) {
        if (event.key() instanceof Struct key && key.schema().field("prefix") != null
                && Database.MARK.equals(key.get("prefix"))) {
            SEEN.release();
            return null;
        }
        return event;
    }

    @Override
    public ConfigDef config() {
        return new ConfigDef();
    }

    @Override
    public void configure(Map<String, ?> options) {
        // has none
    }

    @Override
    public void close() {
        // holds nothing
    }
}
