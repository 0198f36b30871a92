package dev.mainstay.node.tls;

/**
 * Where one side's own certificate is.
 *
 * @param certificate the certificate, then those that lead to an authority
 * @param key its private key, not encrypted
 */
public record KeyPairFiles(TlsFile certificate, TlsFile key) {}
