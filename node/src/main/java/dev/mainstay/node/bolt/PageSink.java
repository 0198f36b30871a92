package dev.mainstay.node.bolt;

import java.io.IOException;

/** Where pages go, one after the other. */
interface PageSink {

    /**
     * Takes a page.
     *
     * @param bytes the size of its content, header included
     * @return its id
     */
    long put(long bytes, Image image) throws IOException;

    /** How a page looks. */
    interface Image {

        /** Writes all but the header into an empty page. */
        void draw(byte[] page) throws IOException;

        int flags();

        int count();
    }
}
