package dev.mainstay.node.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class RangeBudgetTest {

    @Test
    void oneAnswerMayExceedTheBudgetButNotItsOwnBound() {
        RangeBudget budget = new RangeBudget(100, 300, 10);
        RangeBudget.Share share = budget.share();

        share.accept(250);

        assertThat(budget.usedBytes()).isEqualTo(250);
        assertThatThrownBy(() -> share.accept(51)).isInstanceOf(RangeBudget.TooLargeException.class);
    }

    @Test
    void secondAnswerBeyondTheBudgetIsGivenUpAfterItsPatience() {
        RangeBudget budget = new RangeBudget(100, 300, 10);
        budget.share().accept(250);
        RangeBudget.Share late = budget.share();

        assertThatThrownBy(() -> late.accept(1)).isInstanceOf(RangeBudget.ExhaustedException.class);
    }

    @Test
    void whatIsGivenBackIsThereForOthers() {
        RangeBudget budget = new RangeBudget(100, 300, 10);
        RangeBudget.Share first = budget.share();
        first.accept(250);

        first.release();
        budget.share().accept(100);

        assertThat(budget.usedBytes()).isEqualTo(100);
    }
}
