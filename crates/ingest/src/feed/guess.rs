//! The format of a feed, by how it begins.

use std::{io, path::Path};

use super::{FeedFormat, fields};
use crate::{
    document::FileDocument,
    input::{self, BytesRead},
    records::{FileError, Records},
};

/// Guesses the format of a feed. A table in whose header nobody's names are is one in Google's.
///
/// # Errors
/// As [`Records::open`].
pub(crate) fn format(path: &Path) -> Result<FeedFormat, FileError> {
    let mut stream = input::open(path, BytesRead::default())?;
    // A cut in the header of the compression shows when the feed is read.
    let begin = stream.fill_buf().unwrap_or_default();
    let text = String::from_utf8_lossy(begin);
    let text = text.trim_start();
    if text.starts_with('<') {
        let is_prestashop = text.contains("<prestashop");
        return Ok(if is_prestashop { FeedFormat::PrestaShopXml } else { FeedFormat::GoogleXml });
    }
    if text.starts_with('{') || text.starts_with('[') {
        return Ok(FeedFormat::JsonLines);
    }
    if text.is_empty() {
        return Err(FileError::Io(io::Error::new(io::ErrorKind::InvalidData, "the feed is empty")));
    }
    let records = Records::open(path, &FileDocument::default(), BytesRead::default())?;
    let names: Vec<String> = records.columns().iter().map(|column| fields::name(column)).collect();
    let has = |name: &str| names.iter().any(|known| known == name);
    Ok(if has("handle") && (has("variant_price") || has("body_(html)")) {
        FeedFormat::ShopifyCsv
    } else if has("sku") && (has("product_type") || has("attribute_set_code")) && !has("id") {
        FeedFormat::MagentoCsv
    } else if has("type") && has("regular_price") && (has("sku") || has("id")) {
        FeedFormat::WooCommerceCsv
    } else {
        FeedFormat::GoogleTable
    })
}
