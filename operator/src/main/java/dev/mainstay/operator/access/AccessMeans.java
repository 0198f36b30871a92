package dev.mainstay.operator.access;

import dev.mainstay.operator.member.AuthApi;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.InstantSource;

/**
 * What passes over users and roles work with.
 *
 * @param kubernetes the API server
 * @param members calls of members
 * @param clock tells the time
 * @param meters counts
 */
public record AccessMeans(KubernetesClient kubernetes, AuthApi members, InstantSource clock, MeterRegistry meters) {}
