package dev.mainstay.e2e.operator;

import java.util.Objects;

/** What the tests must know about the cluster under test, from the environment. */
final class Settings {
    private Settings() {}

    /** The node's image: E2E_NODE_IMAGE. */
    static String nodeImage() {
        return value("E2E_NODE_IMAGE", "mainstay/node:" + version());
    }

    /** The version that members run: E2E_VERSION. */
    static String version() {
        return value("E2E_VERSION", "0.1.0");
    }

    /** Another version of which there is an image, for rolls: E2E_OTHER_VERSION; empty if there is none. */
    static String otherVersion() {
        return value("E2E_OTHER_VERSION", "");
    }

    /** Another storage class than the default one, which gives volumes: E2E_OTHER_STORAGE_CLASS; empty if there is none. */
    static String otherStorageClass() {
        return value("E2E_OTHER_STORAGE_CLASS", "");
    }

    /** Where the operator runs: E2E_OPERATOR_NAMESPACE. */
    static String operatorNamespace() {
        return value("E2E_OPERATOR_NAMESPACE", "mainstay-system");
    }

    private static String value(String variable, String fallback) {
        return Objects.requireNonNullElse(System.getenv(variable), fallback);
    }
}
