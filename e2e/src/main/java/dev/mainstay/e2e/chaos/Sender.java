package dev.mainstay.e2e.chaos;

import dev.mainstay.e2e.linear.Request;
import dev.mainstay.etcd.proto.KVGrpc;

/** How clients send requests: as they are, unless a test wants to know whether it's noticed that they don't. */
interface Sender {
    /** Sends a request and returns what was answered; throws whatever the call throws. */
    Reply send(KVGrpc.KVBlockingStub kv, Request request);
}
