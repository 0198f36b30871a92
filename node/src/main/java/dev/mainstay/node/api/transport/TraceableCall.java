package dev.mainstay.node.api.transport;

/** A call whose meter can be told which trace it belongs to. */
public interface TraceableCall {

    /** The call belongs to this trace: 32 hex digits. To be called while the call starts, if at all. */
    void traced(String traceId);
}
