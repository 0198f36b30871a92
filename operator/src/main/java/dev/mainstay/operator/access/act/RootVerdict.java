package dev.mainstay.operator.access.act;

import dev.mainstay.operator.report.News;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How a cluster is about users.
 *
 * @param ready whether callers are asked who they are, and root is the operator; null while that isn't decided
 * @param reason one word in CamelCase
 * @param message a sentence
 * @param news what was done
 */
public record RootVerdict(@Nullable Boolean ready, String reason, String message, List<News> news) {

    public RootVerdict {
        news = List.copyOf(news);
    }
}
