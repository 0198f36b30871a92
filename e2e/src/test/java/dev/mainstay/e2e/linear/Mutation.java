package dev.mainstay.e2e.linear;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Ways to falsify one operation of a history. Some leave it one that can be. */
enum Mutation {
    /** An answer of another revision. */
    REVISION {
        @Override
        Operation change(Operation operation, Answer answer, Random random) {
            return with(
                    operation,
                    new Answer(
                            answer.revision() + (random.nextBoolean() ? 1 : -1), answer.guardsHeld(), answer.found()));
        }
    },
    /** Nothing was found. */
    ABSENT {
        @Override
        Operation change(Operation operation, Answer answer, Random random) {
            List<List<Pair>> found = new ArrayList<>(answer.found());
            if (!found.isEmpty()) {
                found.set(random.nextInt(found.size()), List.of());
            }
            return with(operation, new Answer(answer.revision(), answer.guardsHeld(), found));
        }
    },
    /** A pair that is a little different. */
    PAIR {
        @Override
        Operation change(Operation operation, Answer answer, Random random) {
            List<List<Pair>> found = new ArrayList<>();
            for (List<Pair> pairs : answer.found()) {
                found.add(pairs.stream()
                        .map(pair -> switch (random.nextInt(3)) {
                            case 0 ->
                                new Pair(pair.key(), pair.value(), pair.created(), pair.modified() - 1, pair.version());
                            case 1 ->
                                new Pair(pair.key(), pair.value(), pair.created(), pair.modified(), pair.version() + 1);
                            default -> new Pair(pair.key(), "x", pair.created(), pair.modified(), pair.version());
                        })
                        .toList());
            }
            return with(operation, new Answer(answer.revision(), answer.guardsHeld(), found));
        }
    },
    /** It was asked later, or answered earlier. */
    TIME {
        @Override
        Operation change(Operation operation, Answer answer, Random random) {
            long middle = (operation.asked() + operation.answered()) / 2;
            return random.nextBoolean()
                    ? Operation.known(operation.client(), middle, operation.answered(), operation.request(), answer)
                    : Operation.known(operation.client(), operation.asked(), middle, operation.request(), answer);
        }
    },
    /** It took place at quite another time. */
    SHIFT {
        @Override
        Operation change(Operation operation, Answer answer, Random random) {
            long by = random.nextLong(-300, 300);
            return Operation.known(
                    operation.client(), operation.asked() + by, operation.answered() + by, operation.request(), answer);
        }
    },
    /** The answer was lost. */
    LOST {
        @Override
        Operation change(Operation operation, Answer answer, Random random) {
            return Operation.unknown(operation.client(), operation.asked(), operation.request());
        }
    };

    abstract Operation change(Operation operation, Answer answer, Random random);

    static Mutation of(Random random) {
        return values()[random.nextInt(values().length)];
    }

    /** Falsifies one answered operation, if there is any. */
    void apply(List<Operation> operations, Random random) {
        int i = random.nextInt(operations.size());
        Operation operation = operations.get(i);
        Answer answer = operation.answer();
        if (answer != null) {
            operations.set(i, change(operation, answer, random));
        }
    }

    private static Operation with(Operation operation, Answer answer) {
        return Operation.known(
                operation.client(), operation.asked(), operation.answered(), operation.request(), answer);
    }
}
