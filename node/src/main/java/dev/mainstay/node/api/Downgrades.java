package dev.mainstay.node.api;

import dev.mainstay.etcd.proto.DowngradeRequest;
import dev.mainstay.etcd.proto.DowngradeResponse;
import dev.mainstay.node.api.UnaryCalls.Responder;
import dev.mainstay.node.common.ErrorCode;
import java.util.regex.Pattern;

/**
 * Answers Downgrade. There is no release of ours whose data or protocol an older one couldn't read, so no downgrade has to be
 * prepared, and none is: a target is refused as etcd refuses one that it can't go to, and there is never a job to cancel.
 */
final class Downgrades {

    /** {@code M.m.p} with what semantic versioning lets follow, or {@code M.m}. */
    private static final Pattern VERSION =
            Pattern.compile("[0-9]{1,18}\\.[0-9]{1,18}(\\.[0-9]{1,18}(-[0-9A-Za-z.-]*)?(\\+[0-9A-Za-z.-]*)?)?");

    private final Reads reads;

    Downgrades(Reads reads) {
        this.reads = reads;
    }

    void answer(DowngradeRequest request, Responder<DowngradeResponse> responder) {
        switch (request.getAction()) {
            case VALIDATE, ENABLE ->
                reads.linearizable(
                        responder,
                        () -> responder.refuse(
                                VERSION.matcher(request.getVersion()).matches()
                                        ? ErrorCode.INVALID_DOWNGRADE_TARGET
                                        : ErrorCode.WRONG_DOWNGRADE_VERSION));
            case CANCEL -> reads.linearizable(responder, () -> responder.refuse(ErrorCode.NO_DOWNGRADE));
            case UNRECOGNIZED -> responder.refuse(ErrorCode.UNKNOWN_METHOD);
        }
    }
}
