package dev.mainstay.node.objectstore.s3;

import dev.mainstay.node.objectstore.ObjectKeys;

/**
 * A part of a bucket.
 *
 * @param prefix before each key; empty, or ending in a slash
 */
record S3Place(String bucket, String prefix) {

    /** The bucket's name for this object. */
    String full(String key) {
        ObjectKeys.check(key);
        return prefix + key;
    }

    /** The key of an object that the bucket calls this. */
    String key(String full) {
        return full.substring(prefix.length());
    }

    /** For messages. */
    String url(String key) {
        return "s3://" + bucket + "/" + prefix + key;
    }
}
