package dev.mainstay.node.server.settings;

/** What we do with a flag of etcd's. */
public enum Support {
    /** It means here what it means in etcd. */
    HONOURED,
    /** Taken so that existing manifests keep working; setting it logs a warning that it changes nothing. */
    IGNORED,
    /** Can't be ignored safely: any value but the default stops the start with a reason. */
    REFUSED
}
