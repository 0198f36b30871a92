package dev.mainstay.node.common;

/**
 * One version of a key.
 *
 * @param createRevision the revision that created this generation of the key
 * @param modRevision the revision that wrote this version
 * @param version 1 for the first version of a generation, one more with each put
 * @param lease the attached lease, 0 for none
 */
public record KeyValue(Bytes key, long createRevision, long modRevision, long version, Bytes value, long lease) {}
