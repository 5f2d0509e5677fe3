import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.BinaryDecoder;
import org.apache.avro.io.DecoderFactory;

/**
 * Reads values with Apache Avro. Lines of standard input are "schema value" in base64; a line of the
 * output is the value as JSON (bytes in base64), or, for a line without a value, the schema as
 * Schema.toString writes it.
 */
public class AvroReader {
  public static void main(String[] arguments) throws Exception {
    BufferedReader in =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII));
    PrintStream out = new PrintStream(System.out, false, StandardCharsets.UTF_8);
    Map<String, Schema> schemas = new HashMap<>();
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      String[] parts = line.split(" ", -1);
      Schema schema = schemas.computeIfAbsent(parts[0], text -> {
        byte[] bytes = Base64.getDecoder().decode(text);
        return new Schema.Parser().parse(new String(bytes, StandardCharsets.UTF_8));
      });
      if (parts.length == 1) {
        out.println(schema);
        continue;
      }
      BinaryDecoder decoder =
          DecoderFactory.get().binaryDecoder(Base64.getDecoder().decode(parts[1]), null);
      Object value = new GenericDatumReader<Object>(schema).read(null, decoder);
      if (!decoder.isEnd()) throw new IllegalStateException("bytes are left over");
      StringBuilder json = new StringBuilder();
      write(value, json);
      out.println(json);
    }
    out.flush();
  }

  private static void write(Object value, StringBuilder json) {
    if (value instanceof GenericRecord) {
      GenericRecord fields = (GenericRecord) value;
      String before = "{";
      for (Schema.Field field : fields.getSchema().getFields()) {
        json.append(before);
        quote(field.name(), json);
        json.append(':');
        write(fields.get(field.pos()), json);
        before = ",";
      }
      json.append(before.equals("{") ? "{}" : "}");
    } else if (value instanceof Map) {
      String before = "{";
      for (Map.Entry<?, ?> entry : ((Map<?, ?>) value).entrySet()) {
        json.append(before);
        quote(entry.getKey().toString(), json);
        json.append(':');
        write(entry.getValue(), json);
        before = ",";
      }
      json.append(before.equals("{") ? "{}" : "}");
    } else if (value instanceof Collection) {
      String before = "[";
      for (Object item : (Collection<?>) value) {
        json.append(before);
        write(item, json);
        before = ",";
      }
      json.append(before.equals("[") ? "[]" : "]");
    } else if (value instanceof ByteBuffer) {
      ByteBuffer bytes = ((ByteBuffer) value).duplicate();
      byte[] copy = new byte[bytes.remaining()];
      bytes.get(copy);
      quote(Base64.getEncoder().encodeToString(copy), json);
    } else if (value instanceof Float || value instanceof Double) {
      double number = ((Number) value).doubleValue();
      if (Double.isFinite(number)) {
        json.append(number);
      } else {
        quote(Double.toString(number), json);
      }
    } else if (value == null || value instanceof Number || value instanceof Boolean) {
      json.append(value);
    } else {
      quote(value.toString(), json);
    }
  }

  private static void quote(String text, StringBuilder json) {
    json.append('"');
    for (char c : text.toCharArray()) {
      if (c == '"' || c == '\\' || c < ' ') {
        json.append(String.format("\\u%04x", (int) c));
      } else {
        json.append(c);
      }
    }
    json.append('"');
  }
}
