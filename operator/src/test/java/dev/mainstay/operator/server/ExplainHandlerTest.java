package dev.mainstay.operator.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.operator.cluster.Explained;
import dev.mainstay.operator.cluster.Explanations;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What the operator's port answers to those who ask why. */
@Timeout(60)
class ExplainHandlerTest {

    private final Vertx vertx = Vertx.vertx();
    private final HttpClient client = HttpClient.newHttpClient();

    @AfterEach
    void stop() {
        client.close();
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }

    private String serve(Explanations explanations, Leadership leadership) {
        HttpServer server = vertx.createHttpServer()
                .requestHandler(new ProbeHandler(
                        new PrometheusMeterRegistry(PrometheusConfig.DEFAULT),
                        new ExplainHandler(explanations, leadership)))
                .listen(0, "127.0.0.1")
                .toCompletionStage()
                .toCompletableFuture()
                .join();
        return "http://127.0.0.1:" + server.actualPort();
    }

    private HttpResponse<String> ask(String url, String accept) throws IOException, InterruptedException {
        return client.send(
                HttpRequest.newBuilder(URI.create(url)).header("Accept", accept).build(),
                HttpResponse.BodyHandlers.ofString());
    }

    @Test
    void whoLeadsAnswersAsAsked() throws IOException, InterruptedException {
        String url = serve(Explained.cluster("team-a", "orders"), Leadership.alone());

        HttpResponse<String> text = ask(url + "/explain/team-a/orders", "*/*");
        assertThat(text.statusCode()).isEqualTo(200);
        assertThat(text.headers().firstValue("Content-Type"))
                .hasValueSatisfying(type -> assertThat(type).startsWith("text/plain"));
        assertThat(text.body())
                .contains("decided ", "by rule Scale", "rules, in the order in which they are asked:")
                .containsPattern("(?m)^  acts +Scale +if there are too few members");

        HttpResponse<String> json = ask(url + "/explain/team-a/orders", "application/json");
        assertThat(json.headers().firstValue("Content-Type")).hasValue("application/json");
        Map<?, ?> read = Serialization.unmarshal(json.body(), Map.class);
        assertThat(read.get("rule")).isEqualTo("Scale");
        assertThat(read.get("rules")).asString().contains("HealthGate", "PASSED", "NOT_ASKED");

        assertThat(ask(url + "/explain/team-a/orders?output=text", "application/json, */*")
                        .body())
                .as("kubectl asks for JSON whatever it wants")
                .isEqualTo(text.body());
        assertThat(ask(url + "/explain/team-a/orders?output=json", "*/*").body())
                .isEqualTo(json.body());
    }

    @Test
    void whatIsNotKnownIsSaidSo() throws IOException, InterruptedException {
        String url = serve(Explained.cluster("team-a", "orders"), Leadership.alone());

        HttpResponse<String> other = ask(url + "/explain/team-b/orders", "*/*");
        assertThat(other.statusCode()).isEqualTo(404);
        assertThat(other.body()).contains("there is no EtcdCluster team-b/orders");
        assertThat(ask(url + "/explain/team-b/orders", "application/json").body())
                .startsWith("{\"error\":\"there is no");
        for (String path : new String[] {"/explain/", "/explain/orders", "/explain/a/b/c", "/explain//orders"}) {
            assertThat(ask(url + path, "*/*").statusCode()).as(path).isEqualTo(400);
        }
        assertThat(ask(url + "/explained", "*/*").statusCode()).isEqualTo(404);
        assertThat(ask(url + "/livez", "*/*").body()).isEqualTo("ok\n");
    }

    @Test
    void whoDoesNotLeadNamesWhoDoes() throws IOException, InterruptedException {
        Leadership leadership = Leadership.contested();
        String url = serve(Explained.cluster("team-a", "orders"), leadership);

        assertThat(ask(url + "/explain/team-a/orders", "*/*").body()).contains("the one that holds lease");
        leadership.leads("mainstay-operator-7d9-x");
        HttpResponse<String> refused = ask(url + "/explain/team-a/orders", "*/*");
        assertThat(refused.statusCode()).isEqualTo(503);
        assertThat(refused.body()).contains("doesn't lead", "ask mainstay-operator-7d9-x");
    }
}
