package dev.mainstay.node.api.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.MessageLite;
import dev.mainstay.etcd.proto.AuthUserGetRequest;
import dev.mainstay.etcd.proto.Compare;
import dev.mainstay.etcd.proto.Compare.CompareResult;
import dev.mainstay.etcd.proto.Event;
import dev.mainstay.etcd.proto.KeyValue;
import dev.mainstay.etcd.proto.Member;
import dev.mainstay.etcd.proto.MemberListResponse;
import dev.mainstay.etcd.proto.PutRequest;
import dev.mainstay.etcd.proto.RangeRequest;
import dev.mainstay.etcd.proto.RangeResponse;
import dev.mainstay.etcd.proto.ResponseHeader;
import dev.mainstay.etcd.proto.TxnRequest;
import dev.mainstay.etcd.proto.WatchCreateRequest;
import dev.mainstay.etcd.proto.WatchCreateRequest.FilterType;
import dev.mainstay.etcd.proto.WatchRequest;
import dev.mainstay.etcd.proto.WatchResponse;
import dev.mainstay.node.api.wire.EncodedMessage;
import io.grpc.Status;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class JsonMessagesTest {

    @Test
    void fieldsHaveTheNamesOfTheApiFiles() {
        assertThat(print(RangeResponse.newBuilder()
                        .setHeader(ResponseHeader.newBuilder()
                                .setClusterId(-1)
                                .setMemberId(5)
                                .setRevision(7)
                                .setRaftTerm(2))
                        .addKvs(KeyValue.newBuilder()
                                .setKey(ByteString.copyFromUtf8("foo"))
                                .setCreateRevision(2)
                                .setModRevision(3)
                                .setVersion(2)
                                .setValue(ByteString.copyFrom(new byte[] {-1, -2, 0})))
                        .setCount(1)
                        .build()))
                .isEqualTo("{\"header\":{\"cluster_id\":\"18446744073709551615\",\"member_id\":\"5\","
                        + "\"revision\":\"7\",\"raft_term\":\"2\"},\"kvs\":[{\"key\":\"Zm9v\","
                        + "\"create_revision\":\"2\",\"mod_revision\":\"3\",\"version\":\"2\",\"value\":\"//4A\"}],"
                        + "\"count\":\"1\"}");
        assertThat(print(MemberListResponse.newBuilder()
                        .addMembers(Member.newBuilder()
                                .setID(1)
                                .addPeerURLs("http://a")
                                .setIsLearner(true))
                        .build()))
                .isEqualTo("{\"members\":[{\"ID\":\"1\",\"peerURLs\":[\"http://a\"],\"isLearner\":true}]}");
    }

    /** protobuf's parser for Java takes the number in quotes for one; for etcd's it is a name that isn't one. */
    @Test
    void namesThatAnEnumDoesNotHaveArePassedOver() {
        for (String name : List.of("1", "1.0", "1e0", "2", "FOO", "gr\\u0065ater", "")) {
            assertThat(compared("\"" + name + "\"").getResult()).as(name).isEqualTo(CompareResult.EQUAL);
        }
        assertThat(compared("\"GR\\u0045ATER\"").getResult()).isEqualTo(CompareResult.GREATER);
        assertThat(compared("1.0").getResult()).isEqualTo(CompareResult.GREATER);
        assertThat(watched("[\"1\",\"NODELETE\",\"0.0\"]").getFiltersList()).containsExactly(FilterType.NODELETE);
    }

    /** protobuf's parser for Java takes all of these, and etcd's gateway none. */
    @Test
    void whatOnlyAnotherParserTakesIsRefused() {
        for (String json : List.of(
                "{\"key\":1e3}",
                "{\"key\":true}",
                "{\"limit\":[1]}",
                "{\"limit\":\" 1\"}",
                "{\"limit\":\"01\"}",
                "{\"limit\":\"\"}",
                "{\"limit\":true}",
                "{\"serializable\":\"true\"}",
                "{\"sort_order\":4294967296}",
                "{\"key\":\"YQ==\",\"key\":\"YQ==\"}",
                "{\"range_end\":\"\",\"rangeEnd\":\"\"}")) {
            assertInvalid(json, RangeRequest.getDefaultInstance());
        }
        assertInvalid("{\"success\":[{\"request_put\":{},\"request_range\":{}}]}", TxnRequest.getDefaultInstance());
        assertInvalid("{\"success\":{}}", TxnRequest.getDefaultInstance());
        assertInvalid("{\"success\":[null]}", TxnRequest.getDefaultInstance());
        assertInvalid("{\"name\":\"\\ud800\"}", AuthUserGetRequest.getDefaultInstance());
        assertInvalid("{\"what\":{\"ever\":[\"\\udc00\"]}}", AuthUserGetRequest.getDefaultInstance());
        assertInvalid("{\"what\":\"\\udc00\"}", AuthUserGetRequest.getDefaultInstance());
        assertInvalid("{\"sort_order\":\"\\udc00\"}", RangeRequest.getDefaultInstance());
        assertInvalid("{\"name\":1.5}", AuthUserGetRequest.getDefaultInstance());
    }

    @Test
    void nothingIsEscapedForBrowsersSake() {
        String name = "a=b<c>&d'e\u2028\\\\u003d\"";

        assertThat(print(Member.newBuilder().setName(name).build()))
                .isEqualTo("{\"name\":\"a=b<c>&d'e\u2028\\\\\\\\u003d\\\"\"}");
    }

    private static Compare compared(String result) {
        TxnRequest request = (TxnRequest)
                parse("{\"compare\":[{\"key\":\"YQ==\",\"result\":" + result + "}]}", TxnRequest.getDefaultInstance());
        return request.getCompare(0);
    }

    private static WatchCreateRequest watched(String filters) {
        WatchRequest request = (WatchRequest)
                parse("{\"create_request\":{\"filters\":" + filters + "}}", WatchRequest.getDefaultInstance());
        return request.getCreateRequest();
    }

    private static void assertInvalid(String json, Message prototype) {
        assertThatThrownBy(() -> JsonMessages.parse(bytes(json), prototype))
                .as(json)
                .satisfies(failure ->
                        assertThat(Status.fromThrowable(failure).getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT));
    }

    /** protobuf's parser would write the first of these out, digit by digit. */
    @Test
    @Timeout(10)
    void monstrousIntegersAreRefusedBeforeTheyAreParsed() {
        for (String number : List.of("1e999999999", "\"1E+999999999\"", "\"" + "1".repeat(1_000_000) + "\"")) {
            assertThatThrownBy(() -> JsonMessages.parse(
                            ("{\"header\":{\"x\":1},\"members\":[{\"name\":\"m\",\"ID\":" + number + "}]}")
                                    .getBytes(StandardCharsets.UTF_8),
                            MemberListResponse.getDefaultInstance()))
                    .hasMessageStartingWith("INVALID_ARGUMENT: Not an integer, for field ID: 1");
        }
    }

    @Test
    void integersMayBeWrittenAsFractions() throws IOException {
        byte[] parsed = JsonMessages.parse(
                "{\"limit\":1.50e2,\"min_mod_revision\":\"7.0\",\"sort_order\":1}".getBytes(StandardCharsets.UTF_8),
                RangeRequest.getDefaultInstance());

        assertThat(RangeRequest.parseFrom(parsed))
                .isEqualTo(RangeRequest.newBuilder()
                        .setLimit(150)
                        .setMinModRevision(7)
                        .setSortOrder(RangeRequest.SortOrder.ASCEND)
                        .build());
    }

    @Test
    void defaultsAreLeftOutAndEnumsAreNames() {
        assertThat(print(WatchResponse.newBuilder()
                        .addEvents(
                                Event.newBuilder().setKv(KeyValue.newBuilder().setVersion(1)))
                        .addEvents(Event.newBuilder().setType(Event.EventType.DELETE))
                        .build()))
                .isEqualTo("{\"events\":[{\"kv\":{\"version\":\"1\"}},{\"type\":\"DELETE\"}]}");
    }

    @Test
    void requestsAreReadHoweverTheyAreWritten() {
        assertThat(parse(
                        "{\"key\":\"Zm9v\",\"range_end\":\"Zm9w\",\"limit\":\"5\",\"revision\":7,"
                                + "\"sort_order\":\"DESCEND\",\"sortTarget\":4,\"nonsense\":{\"a\":[1]},\"keysOnly\":true}",
                        RangeRequest.getDefaultInstance()))
                .isEqualTo(RangeRequest.newBuilder()
                        .setKey(ByteString.copyFromUtf8("foo"))
                        .setRangeEnd(ByteString.copyFromUtf8("fop"))
                        .setLimit(5)
                        .setRevision(7)
                        .setSortOrder(RangeRequest.SortOrder.DESCEND)
                        .setSortTarget(RangeRequest.SortTarget.VALUE)
                        .setKeysOnly(true)
                        .build());
        assertThat(parse("{\"create_request\":{\"key\":\"Zm9v\"}}", WatchRequest.getDefaultInstance()))
                .isEqualTo(WatchRequest.newBuilder()
                        .setCreateRequest(WatchCreateRequest.newBuilder().setKey(ByteString.copyFromUtf8("foo")))
                        .build());
    }

    @Test
    void whatIsNoSuchMessageIsRefused() {
        for (String json : List.of("[]", "{\"key\":5}", "{\"key\":{}}", "{\"lease\":\"x\"}", "{\"prev_kv\":1}")) {
            assertThatThrownBy(() -> JsonMessages.parse(bytes(json), PutRequest.getDefaultInstance()))
                    .as(json)
                    .satisfies(
                            failure -> assertThat(Status.fromThrowable(failure).getCode())
                                    .isEqualTo(Status.Code.INVALID_ARGUMENT));
        }
    }

    @Test
    void nestingIsBounded() {
        String inner = "{\"success\":[{\"request_txn\":";
        String json = inner.repeat(80) + "{}" + "}]}".repeat(80);

        assertThatThrownBy(() -> JsonMessages.parse(bytes(json), TxnRequest.getDefaultInstance()))
                .satisfies(failure ->
                        assertThat(Status.fromThrowable(failure).getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT));
    }

    private static Message parse(String json, Message prototype) {
        try {
            return prototype
                    .newBuilderForType()
                    .mergeFrom(JsonMessages.parse(bytes(json), prototype))
                    .build();
        } catch (InvalidProtocolBufferException e) {
            throw new AssertionError(e);
        }
    }

    private static String print(Message message) {
        return JsonMessages.print(encoded(message), message.getDefaultInstanceForType());
    }

    private static EncodedMessage encoded(MessageLite message) {
        byte[] body = message.toByteArray();
        byte[] frame = new byte[EncodedMessage.FRAME_HEADER_BYTES + body.length];
        System.arraycopy(body, 0, frame, EncodedMessage.FRAME_HEADER_BYTES, body.length);
        return new EncodedMessage(frame, 0, frame.length);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
