package dev.mainstay.node.api;

import dev.mainstay.etcd.proto.WatchCreateRequest;
import dev.mainstay.etcd.proto.WatchGrpc;
import dev.mainstay.etcd.proto.WatchRequest;
import dev.mainstay.node.api.transport.Backlog;
import dev.mainstay.node.api.wire.Reply;
import dev.mainstay.node.common.Bytes;
import dev.mainstay.node.common.ErrorCode;
import dev.mainstay.node.common.KeyRange;
import dev.mainstay.node.watch.WatchHub;
import dev.mainstay.node.watch.WatchReply;
import dev.mainstay.node.watch.WatchSink;
import dev.mainstay.node.watch.WatchSpec;
import dev.mainstay.node.watch.WatchStream;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerServiceDefinition;

/** The Watch service: one hub stream per call. */
final class WatchService {

    /** How many requests of a client may be on their way to the hub; the rest waits on the client's side. */
    private static final int REQUESTS_AHEAD = 16;

    private static final Bytes FIRST_KEY = Bytes.wrap(new byte[] {0});

    private final WatchHub hub;
    private final WatchReplies replies;
    private final Access access;
    private final Deliveries deliveries;

    WatchService(WatchHub hub, WatchReplies replies, Access access, Deliveries deliveries) {
        this.deliveries = deliveries;
        this.hub = hub;
        this.access = access;
        this.replies = replies;
    }

    ServerServiceDefinition definition() {
        return new ServiceAssembly(WatchGrpc.getServiceDescriptor())
                .addHot(WatchGrpc.getWatchMethod(), WatchRequest.getDefaultInstance(), (call, _) -> open(call))
                .build();
    }

    private ServerCall.Listener<WatchRequest> open(ServerCall<WatchRequest, Reply> call) {
        call.sendHeaders(new Metadata());
        Sink sink = new Sink(call, replies, deliveries);
        Backlog connection = call.getAttributes().get(Backlog.KEY);
        WatchStream stream = connection == null ? hub.open(sink) : hub.open(sink, connection);
        call.request(REQUESTS_AHEAD);
        return new Session(call, stream, access);
    }

    private static WatchSpec spec(WatchCreateRequest request) {
        boolean noPut = false;
        boolean noDelete = false;
        for (WatchCreateRequest.FilterType filter : request.getFiltersList()) {
            noPut |= filter == WatchCreateRequest.FilterType.NOPUT;
            noDelete |= filter == WatchCreateRequest.FilterType.NODELETE;
        }
        return new WatchSpec(
                KvRequests.bytes(request.getKey()),
                KvRequests.bytes(request.getRangeEnd()),
                request.getStartRevision(),
                request.getProgressNotify(),
                noPut,
                noDelete,
                request.getPrevKv(),
                request.getWatchId(),
                request.getFragment());
    }

    private static KeyRange range(WatchSpec spec) {
        return KeyRange.of(spec.key().isEmpty() ? FIRST_KEY : spec.key(), spec.rangeEnd());
    }

    /** What the client sends. A client that closes its side goes on receiving. On the event loop of the call. */
    private static final class Session extends ServerCall.Listener<WatchRequest> {

        private final ServerCall<WatchRequest, Reply> call;
        private final WatchStream stream;
        private final Access access;

        Session(ServerCall<WatchRequest, Reply> call, WatchStream stream, Access access) {
            this.call = call;
            this.access = access;
            this.stream = stream;
        }

        @Override
        public void onMessage(WatchRequest request) {
            switch (request.getRequestUnionCase()) {
                case CREATE_REQUEST -> create(request.getCreateRequest());
                case CANCEL_REQUEST -> stream.cancel(request.getCancelRequest().getWatchId());
                case PROGRESS_REQUEST -> stream.requestProgress();
                case REQUESTUNION_NOT_SET -> call.request(1);
            }
        }

        @Override
        public void onReady() {
            stream.ready();
        }

        @Override
        public void onCancel() {
            stream.close();
        }

        @Override
        public void onComplete() {
            stream.close();
        }

        private void create(WatchCreateRequest request) {
            if (request.getStartRevision() < 0) {
                stream.reject(ErrorCode.COMPACTED.message());
                return;
            }
            WatchSpec spec = spec(request);
            ErrorCode forbidden = access.read(Identity.of(call), range(spec));
            if (forbidden != null) {
                stream.reject(Statuses.inWords(forbidden));
            } else {
                stream.create(spec);
            }
        }
    }

    /** What the hub sends, on the hub thread. */
    private record Sink(ServerCall<WatchRequest, Reply> call, WatchReplies replies, Deliveries deliveries)
            implements WatchSink {

        @Override
        public boolean isReady() {
            return call.isReady();
        }

        @Override
        public void send(WatchReply reply) {
            call.sendMessage(() -> replies.encode(reply));
            if (reply instanceof WatchReply.Events sent && deliveries.isListening()) {
                tell(sent);
            }
        }

        private void tell(WatchReply.Events sent) {
            long revision = 0;
            int events = 0;
            for (Bytes event : sent.events()) {
                long next = EventMessages.revision(event);
                if (next != revision && events > 0) {
                    deliveries.delivered(call, revision, events);
                    events = 0;
                }
                revision = next;
                events++;
            }
            deliveries.delivered(call, revision, events);
        }

        @Override
        public void requestHandled() {
            call.request(1);
        }
    }
}
