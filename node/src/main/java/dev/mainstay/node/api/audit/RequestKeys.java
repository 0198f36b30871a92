package dev.mainstay.node.api.audit;

import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import dev.mainstay.node.common.Bytes;
import dev.mainstay.node.common.KeyRange;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Which fields of a request are keys, and which keys a request is about. */
final class RequestKeys {

    private static final String KEY = "key";
    private static final String NAME = "name";
    private static final String END = "range_end";

    private RequestKeys() {}

    /** Whether a field holds a key: bytes by these names, which for Lock and Election are the names of locks and elections. */
    static boolean isKey(FieldDescriptor field) {
        return field.getType() == FieldDescriptor.Type.BYTES
                && (field.getName().equals(KEY)
                        || field.getName().equals(NAME)
                        || field.getName().equals(END));
    }

    /** The keys that a request names, anywhere in it. */
    static List<KeyRange> of(Message request) {
        List<KeyRange> ranges = new ArrayList<>();
        collect(request, ranges);
        return ranges;
    }

    private static void collect(Message message, List<KeyRange> ranges) {
        FieldDescriptor key = message.getDescriptorForType().findFieldByName(KEY);
        FieldDescriptor name = message.getDescriptorForType().findFieldByName(NAME);
        if (key != null && isKey(key)) {
            FieldDescriptor end = message.getDescriptorForType().findFieldByName(END);
            Bytes from = bytes(message.getField(key));
            ranges.add(end == null ? KeyRange.single(from) : KeyRange.of(from, bytes(message.getField(end))));
        } else if (name != null && isKey(name)) {
            ranges.add(Prefixes.range(bytes(message.getField(name))));
        }
        for (Map.Entry<FieldDescriptor, Object> field : message.getAllFields().entrySet()) {
            if (field.getKey().getJavaType() == FieldDescriptor.JavaType.MESSAGE) {
                List<?> inner = field.getKey().isRepeated() ? (List<?>) field.getValue() : List.of(field.getValue());
                inner.forEach(one -> collect((Message) one, ranges));
            }
        }
    }

    private static Bytes bytes(Object value) {
        return Bytes.wrap(((ByteString) value).toByteArray());
    }
}
