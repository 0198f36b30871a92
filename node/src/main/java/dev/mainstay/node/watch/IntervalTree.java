package dev.mainstay.node.watch;

import dev.mainstay.node.common.Bytes;
import dev.mainstay.node.common.KeyRange;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Distinct key ranges ordered by start, each node knowing the highest end below it (a treap): insertion, removal and
 * finding the ranges around a key take logarithmic time, plus the ranges found.
 */
final class IntervalTree {

    private static final class Node {
        final Target target;
        final long priority;

        @Nullable
        Node left;

        @Nullable
        Node right;

        /** The highest end in this subtree, {@code null} for no upper end. */
        @Nullable
        Bytes highest;

        Node(Target target, long priority) {
            this.target = target;
            this.priority = priority;
            this.highest = target.range.to();
        }
    }

    private @Nullable Node root;
    private long priorities;

    /** Adds a target whose range is not in the tree. */
    void insert(Target target) {
        priorities += 0x9E3779B97F4A7C15L;
        root = insert(root, new Node(target, scramble(priorities)));
    }

    void remove(Target target) {
        root = remove(root, target);
    }

    void find(Bytes key, List<Target> found) {
        find(root, key, found);
    }

    private static void find(@Nullable Node start, Bytes key, List<Target> found) {
        Node node = start;
        while (node != null && (node.highest == null || key.compareTo(node.highest) < 0)) {
            find(node.left, key, found);
            KeyRange range = node.target.range;
            if (key.compareTo(range.from()) < 0) {
                return;
            }
            if (range.to() == null || key.compareTo(range.to()) < 0) {
                found.add(node.target);
            }
            node = node.right;
        }
    }

    private static Node insert(@Nullable Node node, Node added) {
        if (node == null) {
            return added;
        }
        if (order(added.target.range, node.target.range) < 0) {
            Node left = insert(node.left, added);
            node.left = left;
            return left.priority > node.priority ? rotateRight(node, left) : update(node);
        }
        Node right = insert(node.right, added);
        node.right = right;
        return right.priority > node.priority ? rotateLeft(node, right) : update(node);
    }

    private static @Nullable Node remove(@Nullable Node node, Target target) {
        if (node == null) {
            return null;
        }
        if (node.target == target) {
            return merge(node.left, node.right);
        }
        if (order(target.range, node.target.range) < 0) {
            node.left = remove(node.left, target);
        } else {
            node.right = remove(node.right, target);
        }
        return update(node);
    }

    private static @Nullable Node merge(@Nullable Node low, @Nullable Node high) {
        if (low == null) {
            return high;
        }
        if (high == null) {
            return low;
        }
        if (low.priority > high.priority) {
            low.right = merge(low.right, high);
            return update(low);
        }
        high.left = merge(low, high.left);
        return update(high);
    }

    private static Node rotateRight(Node node, Node left) {
        node.left = left.right;
        left.right = update(node);
        return update(left);
    }

    private static Node rotateLeft(Node node, Node right) {
        node.right = right.left;
        right.left = update(node);
        return update(right);
    }

    private static Node update(Node node) {
        Bytes highest = node.target.range.to();
        highest = higher(highest, node.left);
        node.highest = higher(highest, node.right);
        return node;
    }

    private static @Nullable Bytes higher(@Nullable Bytes end, @Nullable Node child) {
        if (child == null || end == null) {
            return end;
        }
        Bytes other = child.highest;
        return other == null || other.compareTo(end) > 0 ? other : end;
    }

    /** By start, then by end; no upper end is the highest. */
    private static int order(KeyRange a, KeyRange b) {
        int byStart = a.from().compareTo(b.from());
        if (byStart != 0) {
            return byStart;
        }
        if (a.to() == null || b.to() == null) {
            return Boolean.compare(a.to() == null, b.to() == null);
        }
        return a.to().compareTo(b.to());
    }

    private static long scramble(long value) {
        long z = (value ^ (value >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }
}
