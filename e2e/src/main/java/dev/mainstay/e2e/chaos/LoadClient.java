package dev.mainstay.e2e.chaos;

import dev.mainstay.e2e.client.EtcdClient;
import dev.mainstay.e2e.cluster.TestCluster;
import dev.mainstay.e2e.linear.History;
import dev.mainstay.e2e.linear.Request;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.net.ConnectException;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;

/** Asks for one thing after the other and writes down what comes of it; goes to another member when one fails it. */
final class LoadClient implements Runnable {
    private static final long CALL_MILLIS = 2_000;

    private final int number;
    private final TestCluster cluster;
    private final History history;
    private final Sender sender;
    private final Workload workload;
    private final Random random;
    private final int meanPauseMillis;
    private volatile boolean stopping;
    private final LongAdder answered = new LongAdder();

    LoadClient(
            int number,
            TestCluster cluster,
            History history,
            Sender sender,
            Workload workload,
            Random random,
            int meanPauseMillis) {
        this.number = number;
        this.cluster = cluster;
        this.history = history;
        this.sender = sender;
        this.workload = workload;
        this.random = random;
        this.meanPauseMillis = meanPauseMillis;
    }

    @Override
    public void run() {
        int member = number % cluster.size();
        while (!stopping) {
            if (!ask(cluster.client(member), workload.next())) {
                member = (member + 1) % cluster.size();
            } else if (random.nextInt(200) == 0) {
                member = random.nextInt(cluster.size());
            }
            rest();
        }
    }

    /** Lets it finish what it's doing. */
    void stop() {
        stopping = true;
    }

    /** How many answers it has had. */
    long answered() {
        return answered.sum();
    }

    private boolean ask(EtcdClient client, Request request) {
        long operation = history.asking(number, request);
        try {
            Reply reply = sender.send(client.kv().withDeadlineAfter(CALL_MILLIS, TimeUnit.MILLISECONDS), request);
            history.answered(operation, reply.member(), reply.answer());
            workload.answered(request, reply.answer());
            answered.increment();
            return true;
        } catch (StatusRuntimeException e) {
            if (surelyNotDone(e)) {
                history.failed(operation);
            } else {
                history.lost(operation);
            }
            client.channel().resetConnectBackoff();
            return false;
        }
    }

    /** Only what was never sent, and what the server refused for want of room. */
    private static boolean surelyNotDone(StatusRuntimeException e) {
        return e.getStatus().getCode() == Status.Code.RESOURCE_EXHAUSTED
                || (e.getStatus().getCode() == Status.Code.UNAVAILABLE
                        && e.getStatus().getCause() instanceof ConnectException);
    }

    private void rest() {
        try {
            Thread.sleep(random.nextInt(2 * meanPauseMillis + 1));
        } catch (InterruptedException e) {
            stopping = true;
            Thread.currentThread().interrupt();
        }
    }
}
