package dev.mainstay.node.api.wire;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.MessageLite;
import com.google.protobuf.Parser;
import io.grpc.MethodDescriptor.Marshaller;
import io.grpc.Status;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;

/** How messages of our services become bytes and back. */
public final class Marshallers {

    /** Messages within messages; a transaction nested to the default limit of 128 operations needs twice that. */
    private static final int MAX_NESTING = 1000;

    private static final Marshaller<Reply> REPLIES = new ReplyMarshaller();

    private Marshallers() {}

    /** For messages of a protobuf type; what can't be parsed throws INTERNAL with the parser's words. */
    public static <T extends MessageLite> Marshaller<T> of(T prototype) {
        return new MessageMarshaller<>(prototype);
    }

    /** For responses that write themselves; it writes only. */
    public static Marshaller<Reply> replies() {
        return REPLIES;
    }

    /** A request message that lies in an array; parsed in place. */
    public static final class RequestBytes extends ByteArrayInputStream {

        public RequestBytes(byte[] array, int offset, int length) {
            super(array, offset, length);
        }

        private CodedInputStream coded() {
            return CodedInputStream.newInstance(buf, pos, count - pos);
        }
    }

    private static final class ReplyMarshaller implements Marshaller<Reply> {

        @Override
        public InputStream stream(Reply value) {
            return value.encode().stream();
        }

        @Override
        public Reply parse(InputStream stream) {
            throw new UnsupportedOperationException("responses are not parsed here");
        }
    }

    private static final class MessageMarshaller<T extends MessageLite> implements Marshaller<T> {

        private final Parser<T> parser;

        @SuppressWarnings("unchecked") // a message's parser parses messages of its own type
        MessageMarshaller(T prototype) {
            this.parser = (Parser<T>) prototype.getParserForType();
        }

        @Override
        public InputStream stream(T value) {
            byte[] array = new byte[EncodedMessage.FRAME_HEADER_BYTES + value.getSerializedSize()];
            try {
                CodedOutputStream out = CodedOutputStream.newInstance(
                        array, EncodedMessage.FRAME_HEADER_BYTES, array.length - EncodedMessage.FRAME_HEADER_BYTES);
                value.writeTo(out);
                out.checkNoSpaceLeft();
            } catch (IOException e) {
                throw new IllegalStateException("an array of the right size took less", e);
            }
            return new EncodedMessage(array, 0, array.length).stream();
        }

        @Override
        public T parse(InputStream stream) {
            CodedInputStream input =
                    stream instanceof RequestBytes bytes ? bytes.coded() : CodedInputStream.newInstance(stream);
            try {
                input.setRecursionLimit(MAX_NESTING);
                T message = parser.parseFrom(input);
                input.checkLastTagWas(0);
                return message;
            } catch (InvalidProtocolBufferException e) {
                throw Status.INTERNAL.withDescription(e.getMessage()).asRuntimeException();
            }
        }
    }
}
