package penstock.oracle;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.apache.kafka.connect.header.Header;
import org.apache.kafka.connect.json.JsonConverter;
import org.apache.kafka.connect.source.SourceRecord;
import org.apache.kafka.connect.storage.Converter;
import org.apache.kafka.connect.storage.SimpleHeaderConverter;

/** Events as the lines of expected.jsonl and expected.schema.jsonl. */
final class EventLines {
    private final Form plain = new Form(false);
    private final Form withSchemas = new Form(true);
    private final SimpleHeaderConverter headers = new SimpleHeaderConverter();
    private int count;

    synchronized void add(SourceRecord event) {
        plain.add(event, headers(event));
        withSchemas.add(event, headers(event));
        count++;
    }

    /** The connector stopped by itself. */
    synchronized void stopped(String reason) {
        plain.stopped(reason);
        withSchemas.stopped(reason);
    }

    synchronized int count() {
        return count;
    }

    synchronized String plain() {
        return plain.text.toString();
    }

    synchronized String withSchemas() {
        return withSchemas.text.toString();
    }

    private String headers(SourceRecord event) {
        StringBuilder members = new StringBuilder();
        for (Header header : event.headers()) {
            byte[] value = headers.fromConnectHeader(event.topic(), header.key(), header.schema(), header.value());
            members.append(members.isEmpty() ? "" : ",").append(quote(header.key())).append(':').append(quote(text(value)));
        }
        return members.toString();
    }

    private static String text(byte[] bytes) {
        return bytes == null ? null : new String(bytes, StandardCharsets.UTF_8);
    }

    /** A JSON string. */
    static String quote(String text) {
        if (text == null) {
            return "null";
        }
        StringBuilder out = new StringBuilder("\"");
        text.chars().forEach(c -> {
            if (c == '"' || c == '\\') {
                out.append('\\').append((char) c);
            } else if (c < ' ' || c == 0x7f || c == 0x85 || c == 0x2028 || c == 0x2029 || Character.isSurrogate((char) c)) {
                out.append(String.format("\\u%04x", c)); // nothing that a reader may take for the end of a line
            } else {
                out.append((char) c);
            }
        });
        return out.append('"').toString();
    }

    /** One of the two files. */
    private static final class Form {
        private final Converter keys = new JsonConverter();
        private final Converter values = new JsonConverter();
        private final StringBuilder text = new StringBuilder();

        Form(boolean schemas) {
            Map<String, String> options = Map.of("schemas.enable", Boolean.toString(schemas));
            keys.configure(options, true);
            values.configure(options, false);
        }

        void add(SourceRecord event, String headers) {
            Side key = new Side(() -> keys.fromConnectData(event.topic(), event.keySchema(), event.key()));
            Side value = new Side(() -> values.fromConnectData(event.topic(), event.valueSchema(), event.value()));
            text.append("{\"topic\":").append(quote(event.topic()));
            optional("partition", event.kafkaPartition());
            optional("timestamp", event.timestamp());
            text.append(",\"key\":").append(key.json).append(",\"value\":").append(value.json);
            text.append(",\"headers\":{").append(headers).append('}');
            text.append(",\"key_raw\":").append(quote(key.json)).append(",\"value_raw\":").append(quote(value.json));
            optional("key_error", quote(key.error));
            optional("value_error", quote(value.error));
            text.append("}\n");
        }

        private void optional(String name, Object json) {
            if (json != null && !"null".equals(json)) {
                text.append(",\"").append(name).append("\":").append(json);
            }
        }

        void stopped(String reason) {
            text.append("{\"engine_error\":").append(quote(reason)).append("}\n");
        }
    }

    /** Key or value: its bytes as text, or why the converter refused it. */
    private static final class Side {
        private String json;
        private String error;

        Side(java.util.function.Supplier<byte[]> convert) {
            try {
                json = text(convert.get());
            } catch (RuntimeException e) {
                error = Recorder.reason(e);
            }
        }
    }
}
