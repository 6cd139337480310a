//! The script that Segment's classic snippet loads: files that the operator names, read once at the start.
//!
//! The script itself (`standalone.js` of the package `@segment/analytics-next`) is not ours, and not in here. It loads
//! further parts when a page first needs them: the `*.bundle.*.js` that stand beside it.

use std::{
    collections::BTreeMap,
    fs,
    io::Write,
    path::{Path, PathBuf},
};

use axum::{
    body::Bytes,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use flate2::{Compression, write::GzEncoder};

/// Bytes of one file, at most: Segment's is 115 kB.
const FILE_BYTES: usize = 2 * 1024 * 1024;
/// Parts beside the script, at most.
const PARTS: usize = 100;
/// What is in the name of a part, and of nothing else that stands beside it.
const PART_MARK: &str = ".bundle.";

/// The script and its parts.
#[derive(Debug)]
pub(crate) struct Scripts {
    /// What the snippet loads.
    pub(crate) main: Script,
    /// What that loads, by file name.
    pub(crate) parts: BTreeMap<String, Script>,
}

/// One file as it is served.
#[derive(Debug)]
pub(crate) struct Script {
    plain: Bytes,
    gzip: Bytes,
    etag: HeaderValue,
}

/// How long a browser may keep a file.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Kept {
    /// An hour: the same name gets another content with the next version.
    Briefly,
    /// For ever: the name has a hash of the content in it.
    ForEver,
}

/// A file that cannot be served.
#[derive(Debug, thiserror::Error)]
#[error("collect.analytics_js: {}: {why}", file.display())]
pub struct ScriptError {
    /// The file, or the folder it is in.
    pub file: PathBuf,
    /// Why, in the system's words or ours.
    pub why: String,
}

impl Scripts {
    /// Reads the script and the parts beside it.
    pub(crate) fn read(file: &Path) -> Result<Self, ScriptError> {
        let main = Script::read(file)?;
        let folder = file.parent().filter(|folder| *folder != Path::new("")).unwrap_or(Path::new("."));
        let failed = |error: std::io::Error| ScriptError { file: folder.to_owned(), why: error.to_string() };
        let mut parts = BTreeMap::new();
        for entry in fs::read_dir(folder).map_err(failed)? {
            let path = entry.map_err(failed)?.path();
            let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
            if !name.contains(PART_MARK) || !name.ends_with(".js") {
                continue;
            }
            if parts.len() == PARTS {
                let why = format!("there are more than {PARTS} parts beside the script");
                return Err(ScriptError { file: folder.to_owned(), why });
            }
            parts.insert(name.to_owned(), Script::read(&path)?);
        }
        Ok(Self { main, parts })
    }
}

impl Script {
    fn read(file: &Path) -> Result<Self, ScriptError> {
        let refuse = |why: String| ScriptError { file: file.to_owned(), why };
        let plain = fs::read(file).map_err(|error| refuse(error.to_string()))?;
        if plain.len() > FILE_BYTES {
            return Err(refuse(format!("it has more than {FILE_BYTES} bytes")));
        }
        if std::str::from_utf8(&plain).is_err() {
            return Err(refuse("it is no script: not UTF-8".to_owned()));
        }
        let etag = format!("W/\"{}\"", &blake3::hash(&plain).to_hex()[..32]);
        let mut gzip = GzEncoder::new(Vec::new(), Compression::best());
        let gzip = gzip.write_all(&plain).and_then(|()| gzip.finish()).map_err(|error| refuse(error.to_string()))?;
        let etag = HeaderValue::try_from(etag).expect("a hash is ASCII");
        Ok(Self { plain: plain.into(), gzip: gzip.into(), etag })
    }

    /// The answer to a request with these headers: the file, compressed if that is understood, or that the copy which
    /// the browser has is still right.
    pub(crate) fn answer(&self, asking: &HeaderMap, kept: Kept) -> Response {
        let same = names(asking, header::IF_NONE_MATCH).any(|tag| tag.as_bytes() == self.etag.as_bytes());
        let gzip = names(asking, header::ACCEPT_ENCODING).any(|coding| coding == "gzip");
        let mut response = match (same, gzip) {
            (true, _) => StatusCode::NOT_MODIFIED.into_response(),
            (false, true) => ([(header::CONTENT_ENCODING, "gzip")], self.gzip.clone()).into_response(),
            (false, false) => self.plain.clone().into_response(),
        };
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/javascript; charset=utf-8"));
        headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
        headers.insert(header::ETAG, self.etag.clone());
        headers.insert(header::VARY, HeaderValue::from_static("Accept-Encoding"));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(kept.directives()));
        response
    }
}

impl Kept {
    const fn directives(self) -> &'static str {
        match self {
            Self::Briefly => "public, max-age=3600",
            Self::ForEver => "public, max-age=31536000, immutable",
        }
    }
}

/// The entries of a header that is a list. One with a weight counts as not there: a plain file is always right.
fn names(headers: &HeaderMap, name: header::HeaderName) -> impl Iterator<Item = &str> {
    let lines = headers.get_all(name).into_iter().filter_map(|line| line.to_str().ok());
    lines.flat_map(|line| line.split(',')).map(str::trim)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_parts_beside_the_script_are_read() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &[u8]| fs::write(folder.path().join(name), text).unwrap();
        write("standalone.js", b"main()");
        write("auto-track.bundle.f131.js", b"part()");
        for other in ["index.js", "auto-track.bundle.f131.js.map", "auto-track.bundle.f131.js.gz", "secrets.json"] {
            write(other, b"x");
        }
        let scripts = Scripts::read(&folder.path().join("standalone.js")).unwrap();
        assert_eq!(scripts.main.plain, "main()");
        assert_eq!(scripts.parts.keys().collect::<Vec<_>>(), ["auto-track.bundle.f131.js"]);
    }

    #[test]
    fn what_cannot_be_served_says_which_setting_and_why() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("standalone.js");
        let why = || Scripts::read(&file).unwrap_err().to_string();
        assert!(why().contains("collect.analytics_js") && why().contains("standalone.js"), "{}", why());
        fs::write(&file, [0x1f, 0x8b, 0x08]).unwrap();
        assert!(why().contains("UTF-8"), "{}", why());
        fs::write(&file, vec![b' '; FILE_BYTES + 1]).unwrap();
        assert!(why().contains("more than"), "{}", why());
        fs::write(&file, vec![b' '; FILE_BYTES]).unwrap();
        for number in 0..=PARTS {
            assert!(Scripts::read(&file).is_ok(), "{number}");
            fs::write(folder.path().join(format!("{number}.bundle.js")), "").unwrap();
        }
        assert!(why().contains("parts"), "{}", why());
    }
}
