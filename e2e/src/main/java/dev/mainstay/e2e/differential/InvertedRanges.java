package dev.mainstay.e2e.differential;

import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import java.util.List;
import java.util.Map;

/**
 * Ranges that end before they begin, in which there is no key. Whether etcd permits one to somebody depends on the shape of the
 * tree that it keeps permissions in, hence on the order in which they were granted; we ask for the key it begins at. Sequences
 * with users stay clear of them.
 */
final class InvertedRanges {
    private static final ByteString OPEN_END = ByteString.copyFrom(new byte[] {0});

    private InvertedRanges() {}

    /** The same request with single keys in place of such ranges, at any depth. */
    static Message upright(Message request) {
        Message.Builder upright = request.toBuilder();
        for (Map.Entry<FieldDescriptor, Object> entry : request.getAllFields().entrySet()) {
            FieldDescriptor field = entry.getKey();
            if (field.getJavaType() != FieldDescriptor.JavaType.MESSAGE) {
                continue;
            }
            if (field.isRepeated()) {
                List<?> elements = (List<?>) entry.getValue();
                for (int i = 0; i < elements.size(); i++) {
                    upright.setRepeatedField(field, i, upright((Message) elements.get(i)));
                }
            } else {
                upright.setField(field, upright((Message) entry.getValue()));
            }
        }
        FieldDescriptor end = request.getDescriptorForType().findFieldByName("range_end");
        FieldDescriptor key = request.getDescriptorForType().findFieldByName("key");
        if (end != null
                && key != null
                && isInverted((ByteString) request.getField(key), (ByteString) request.getField(end))) {
            upright.clearField(end);
        }
        return upright.build();
    }

    private static boolean isInverted(ByteString key, ByteString end) {
        return !end.isEmpty() && !end.equals(OPEN_END) && KnownDifferences.BYTES.compare(end, key) <= 0;
    }
}
