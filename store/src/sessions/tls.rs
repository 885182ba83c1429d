//! TLS to a server that is not on a unix socket.

use super::failure::{Failure, away};
use super::stream::Io;
use ramekin_model::SqlError;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{ClientConfig, DigitallySignedStruct, SignatureScheme};
use std::sync::{Arc, OnceLock};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

/// Settings of TLS, made when the first server offers it.
#[derive(Default)]
pub(super) struct Tls {
    verified: OnceLock<Arc<ClientConfig>>,
    unverified: OnceLock<Arc<ClientConfig>>,
}

impl Tls {
    /// Encrypts a connection. `verify` demands a certificate of a known authority for this name.
    pub(super) async fn connect(&self, name: &str, io: TcpStream, verify: bool) -> Result<Box<dyn Io>, SqlError> {
        let unusable = |error: rustls::Error| Failure::setup(&format!("TLS cannot be set up: {error}"));
        let cell = if verify { &self.verified } else { &self.unverified };
        let config = match cell.get() {
            Some(config) => Arc::clone(config),
            None => Arc::clone(cell.get_or_init({
                let config = Arc::new(config(verify).map_err(unusable)?);
                || config
            })),
        };
        let server = ServerName::try_from(name.to_owned())
            .map_err(|_| Failure::setup("the name of the server cannot stand in a certificate"))?;
        let stream = TlsConnector::from(config).connect(server, io).await.map_err(|error| away(&error))?;
        Ok(Box::new(stream))
    }
}

fn config(verify: bool) -> Result<ClientConfig, rustls::Error> {
    let provider = Arc::new(ring::default_provider());
    let verifier: Arc<dyn ServerCertVerifier> = if verify {
        Arc::new(rustls_platform_verifier::Verifier::new(Arc::clone(&provider))?)
    } else {
        Arc::new(AnyCertificate(Arc::clone(&provider)))
    };
    let config = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions()?;
    Ok(config.dangerous().with_custom_certificate_verifier(verifier).with_no_client_auth())
}

/// Takes any certificate: keeps out who only listens, as `sslmode=require` does everywhere.
#[derive(Debug)]
struct AnyCertificate(Arc<CryptoProvider>);

impl ServerCertVerifier for AnyCertificate {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(message, certificate, signature, &self.0.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(message, certificate, signature, &self.0.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}
