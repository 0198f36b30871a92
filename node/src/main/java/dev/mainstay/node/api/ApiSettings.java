package dev.mainstay.node.api;

import java.time.Duration;

/**
 * What the services need to know of this member's configuration.
 *
 * @param clusterId unsigned
 * @param memberId unsigned
 * @param version the etcd version reported by Status, like {@code 3.7.0}
 * @param storageVersion reported by Status, like {@code 3.7.0}
 * @param maxRequestBytes the largest logged request, in bytes
 * @param maxTxnOps the most compares or operations of a transaction
 * @param minLeaseTtlSeconds shorter TTLs are raised to it
 * @param electionTimeout how often streams that insist on a leader look for one
 * @param watchProgressInterval how long a watcher that wants to know stays without news
 * @param rangeThreads threads that answer long ranges
 * @param rangeBytesInFlight bound on the bytes of range answers not yet handed to the network, over all calls
 * @param rangeAnswerBytes bound on the bytes of one range answer, which may exceed the other bound when it is alone
 */
public record ApiSettings(
        long clusterId,
        long memberId,
        String version,
        String storageVersion,
        int maxRequestBytes,
        int maxTxnOps,
        long minLeaseTtlSeconds,
        Duration electionTimeout,
        Duration watchProgressInterval,
        int rangeThreads,
        long rangeBytesInFlight,
        long rangeAnswerBytes) {}
