package dev.mainstay.node.server;

import io.grpc.Channel;
import io.grpc.ClientInterceptors;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.stub.MetadataUtils;
import java.io.IOException;

/** A connection of a tool to one member's client port. */
final class MemberClient implements AutoCloseable {

    private final ManagedChannel channel;
    private final ToolEndpoint member;

    /** @param member where to, and as whom */
    MemberClient(ToolEndpoint member) throws IOException {
        this.member = member;
        this.channel = member.open("--endpoints");
    }

    /** For calls as the user, who logs in for that. */
    Channel channel() {
        if (member.user().isEmpty()) {
            return channel;
        }
        Metadata headers = new Metadata();
        headers.put(ToolEndpoint.TOKEN, member.login(channel));
        return ClientInterceptors.intercept(channel, MetadataUtils.newAttachHeadersInterceptor(headers));
    }

    /** Where it leads. */
    String endpoint() {
        return member.endpoint();
    }

    @Override
    public void close() {
        channel.shutdownNow();
    }
}
