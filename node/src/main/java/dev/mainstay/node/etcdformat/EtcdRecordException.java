package dev.mainstay.node.etcdformat;

import java.io.IOException;

/** An entry of a database isn't what etcd would have written. */
public final class EtcdRecordException extends IOException {

    private static final long serialVersionUID = 1;

    public EtcdRecordException(String what) {
        super(what);
    }

    EtcdRecordException(String what, Throwable cause) {
        super(what, cause);
    }
}
