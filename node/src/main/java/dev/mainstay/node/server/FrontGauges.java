package dev.mainstay.node.server;

import dev.mainstay.node.api.transport.GrpcTransport;
import dev.mainstay.node.api.transport.Intake;
import dev.mainstay.node.observability.MemberGauges;
import dev.mainstay.node.server.http.ClientGuard;
import dev.mainstay.node.server.http.CutOff;

/** What clients take of what there is room for, and who found none. */
record FrontGauges(MemberGauges gauges) {

    void bind(ClientGuard guard, GrpcTransport grpc) {
        gauges.gauge(
                "mainstay_client_connections",
                "Connections of clients.",
                () -> guard.connections().open());
        gauges.gauge(
                "mainstay_client_connections_limit",
                "Most connections of clients at once.",
                () -> guard.connections().most());
        for (CutOff reason : CutOff.values()) {
            gauges.counter(
                    "mainstay_client_connections_cut_total",
                    "Connections of clients that were not taken or were cut off.",
                    "reason",
                    reason.label(),
                    guard.cutOffs(),
                    cutOffs -> cutOffs.count(reason));
        }
        gauges.gauge("mainstay_open_calls", "gRPC calls under way, streams included.", grpc::openCalls);
        gauges.counter(
                "mainstay_calls_refused_total",
                "gRPC calls refused since there were as many as there may be.",
                grpc,
                GrpcTransport::refusedCalls);
        gauges.gauge(
                "mainstay_unfinished_request_bytes", "Bytes of requests that have begun to come.", grpc.intake()::used);
        gauges.counter(
                "mainstay_unfinished_requests_refused_total",
                "Requests refused since too much of others had begun to come.",
                grpc.intake(),
                Intake::refused);
    }
}
