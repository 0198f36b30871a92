package dev.mainstay.node.api;

import dev.mainstay.node.api.transport.StatusNames;
import dev.mainstay.node.common.ErrorCode;
import io.grpc.Status;
import java.util.EnumMap;
import java.util.Map;

/** The one place where a refusal becomes a gRPC status. */
public final class Statuses {

    private static final Map<ErrorCode, Status> BY_CODE = new EnumMap<>(ErrorCode.class);

    static {
        for (ErrorCode code : ErrorCode.values()) {
            BY_CODE.put(
                    code, Status.Code.valueOf(code.status().name()).toStatus().withDescription(code.message()));
        }
    }

    private Statuses() {}

    /** A refusal as Go programs print it, which is how etcd puts it into the reasons of watchers' ends. */
    static String inWords(ErrorCode code) {
        return "rpc error: code = " + StatusNames.of(of(code).getCode()) + " desc = " + code.message();
    }

    /** The status and text that clients know a refusal by. */
    public static Status of(ErrorCode code) {
        Status status = BY_CODE.get(code);
        if (status == null) {
            throw new IllegalArgumentException("no status for " + code);
        }
        return status;
    }
}
