package dev.mainstay.node.objectstore.sealed;

import dev.mainstay.node.objectstore.ObjectUpload;
import java.io.IOException;
import java.io.OutputStream;

/** Plain bytes in, sealed bytes up. */
final class SealedUpload extends ObjectUpload {

    private final ObjectUpload upload;
    private final Outlet outlet;
    private final OutputStream plain;
    private boolean ended;

    SealedUpload(ObjectCodec codec, String key, ObjectUpload upload) throws IOException {
        this.upload = upload;
        this.outlet = new Outlet(upload);
        this.plain = codec.encode(key, outlet);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        plain.write(bytes, offset, length);
    }

    @Override
    public void commit() throws IOException {
        ended = true;
        plain.close();
        upload.commit();
    }

    @Override
    public void close() throws IOException {
        try (upload) {
            if (!ended) {
                ended = true;
                outlet.shut();
                plain.close(); // frees what compression holds
            }
        }
    }

    /** The way to the upload, which doesn't end with the content, and may be shut so that no end is written. */
    private static final class Outlet extends OutputStream {

        private final OutputStream out;
        private boolean shut;

        Outlet(OutputStream out) {
            this.out = out;
        }

        @Override
        public void write(int b) throws IOException {
            if (!shut) {
                out.write(b);
            }
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            if (!shut) {
                out.write(bytes, offset, length);
            }
        }

        void shut() {
            shut = true;
        }
    }
}
