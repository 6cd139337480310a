//! Request bodies: read whole within the limit, decompressed within the limit.

use std::{io::Read, net::IpAddr, time::Duration};

use api::error::{ApiError, Code};
use axum::{
    body::Body,
    extract::{FromRequest, Request},
    http::{HeaderMap, header},
};
use flate2::read::MultiGzDecoder;
use futures_util::StreamExt;
use model::limits;

use crate::{answer::Refusal, request::peer};

/// The body of a request, plain. Its content type is not looked at: JSON comes as `application/json`, `text/plain` and
/// `application/x-www-form-urlencoded` alike, plain or gzip, and some clients do not say that it is gzip.
#[derive(Debug)]
pub(crate) struct Content(pub(crate) Vec<u8>);

/// A whole request: its headers, which are not copied, its body, plain, and the address that it came from, if it came
/// over a socket.
#[derive(Debug)]
pub(crate) struct Sent {
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
    pub(crate) peer: Option<IpAddr>,
}

/// Bytes beyond the limit that are read and thrown away, so that the client gets to read the answer.
const DRAINED_BYTES: usize = 64 * 1024 * 1024;

/// How long a body may take to arrive.
const PATIENCE: Duration = Duration::from_secs(30);

/// How gzip begins (RFC 1952). No JSON begins so.
const GZIP_MAGIC: &[u8] = &[0x1f, 0x8b];

impl<S: Send + Sync> FromRequest<S> for Content {
    type Rejection = Refusal;

    async fn from_request(request: Request, state: &S) -> Result<Self, Refusal> {
        Sent::from_request(request, state).await.map(|sent| Self(sent.body))
    }
}

impl<S: Send + Sync> FromRequest<S> for Sent {
    type Rejection = Refusal;

    async fn from_request(request: Request, _: &S) -> Result<Self, Refusal> {
        let (parts, body) = request.into_parts();
        let read = tokio::time::timeout(PATIENCE, read(body)).await;
        let bytes = read.map_err(|_| ApiError::new(Code::BadBody).saying("The body took too long to arrive."))??;
        Ok(Self { body: plain(&parts.headers, bytes)?, peer: peer(&parts.extensions), headers: parts.headers })
    }
}

async fn read(body: Body) -> Result<Vec<u8>, ApiError> {
    let (mut stream, mut bytes, mut seen) = (body.into_data_stream(), Vec::new(), 0);
    while let Some(chunk) = stream.next().await {
        let chunk = chunk.map_err(|_| ApiError::new(Code::BadBody).saying("The body ended too early."))?;
        seen += chunk.len();
        if seen > DRAINED_BYTES {
            break;
        }
        if seen <= limits::BODY_BYTES {
            bytes.extend_from_slice(&chunk);
        }
    }
    if seen > limits::BODY_BYTES { Err(ApiError::new(Code::BodyTooLarge)) } else { Ok(bytes) }
}

fn plain(headers: &HeaderMap, bytes: Vec<u8>) -> Result<Vec<u8>, ApiError> {
    let encoding = headers.get(header::CONTENT_ENCODING).map(|value| value.as_bytes().to_ascii_lowercase());
    match encoding.as_deref().map(<[u8]>::trim_ascii) {
        Some(b"gzip" | b"x-gzip") => gunzip(&bytes),
        None | Some(b"" | b"identity") if bytes.starts_with(GZIP_MAGIC) => gunzip(&bytes),
        None | Some(b"" | b"identity") => Ok(bytes),
        Some(_) => Err(ApiError::new(Code::UnsupportedEncoding)),
    }
}

fn gunzip(bytes: &[u8]) -> Result<Vec<u8>, ApiError> {
    let mut plain = Vec::new();
    let most = limits::BODY_BYTES as u64 + 1;
    MultiGzDecoder::new(bytes).take(most).read_to_end(&mut plain).map_err(|_| ApiError::new(Code::BadGzip))?;
    if plain.len() > limits::BODY_BYTES { Err(ApiError::new(Code::BodyTooLarge)) } else { Ok(plain) }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::{Compression, write::GzEncoder};

    use super::*;

    fn gzip(plain: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(plain).unwrap();
        encoder.finish().unwrap()
    }

    fn code(result: Result<Vec<u8>, ApiError>) -> Code {
        result.unwrap_err().code
    }

    #[test]
    fn gzip_is_read_whether_or_not_the_header_says_so() {
        let mut headers = HeaderMap::new();
        assert_eq!(plain(&headers, gzip(b"{}")).unwrap(), b"{}");
        headers.insert(header::CONTENT_ENCODING, "GZIP".parse().unwrap());
        assert_eq!(plain(&headers, gzip(b"{}")).unwrap(), b"{}");
        assert_eq!(code(plain(&headers, b"{}".to_vec())), Code::BadGzip);
        headers.insert(header::CONTENT_ENCODING, "br".parse().unwrap());
        assert_eq!(code(plain(&headers, b"{}".to_vec())), Code::UnsupportedEncoding);
    }

    #[test]
    fn a_cut_body_is_bad_and_a_bomb_is_too_large() {
        let whole = gzip(&vec![b' '; 100_000]);
        assert_eq!(code(gunzip(&whole[..whole.len() - 9])), Code::BadGzip);
        assert_eq!(gunzip(&gzip(&vec![b' '; limits::BODY_BYTES])).unwrap().len(), limits::BODY_BYTES);
        assert_eq!(code(gunzip(&gzip(&vec![b' '; limits::BODY_BYTES + 1]))), Code::BodyTooLarge);
    }
}
