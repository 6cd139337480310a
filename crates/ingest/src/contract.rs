//! What a mapping promises, held against what the project says of the source.

use serde_json::Value;

use crate::document::ContractDocument;

/// Why rows under this contract must not come from that source.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ContractError {
    /// What a partner brings needs the person's consent, proved row by row.
    #[error(
        "SOURCE_NEEDS_PROOF: a partner's rows are kept on the person's consent only; the mapping must name the column that proves it"
    )]
    NeedsProof,
    /// The source is kept on another basis than the mapping says.
    #[error("SOURCE_BASIS: the source is kept on the basis `{source_says}`, and the mapping says `{mapping_says}`")]
    OtherBasis {
        /// The source's.
        source_says: String,
        /// The mapping's.
        mapping_says: String,
    },
    /// The mapping names a purpose that the source does not serve.
    #[error("SOURCE_PURPOSE: the source does not serve the purpose `{0}`")]
    Purpose(String),
    /// No purpose of the mapping lets the source's events be kept.
    #[error("SOURCE_PURPOSE: none of the mapping's purposes lets what the source sends be kept")]
    KeepsNothing,
}

/// Holds a contract against a source's definition.
///
/// # Errors
/// What does not fit.
pub fn check(source: &Value, contract: &ContractDocument) -> Result<(), ContractError> {
    let by_consent = contract.basis == "consent";
    if source["kind"] == "partner" && !by_consent {
        return Err(ContractError::NeedsProof);
    }
    let basis = source["basis"].as_str().unwrap_or("consent");
    if basis != contract.basis {
        let (source_says, mapping_says) = (basis.to_owned(), contract.basis.clone());
        return Err(ContractError::OtherBasis { source_says, mapping_says });
    }
    let names = |field: &str, purpose: &String| {
        source[field].as_array().is_some_and(|purposes| purposes.iter().any(|name| name == purpose.as_str()))
    };
    if by_consent {
        let keeps = contract.purposes.iter().any(|purpose| names("any_of", purpose));
        return if keeps { Ok(()) } else { Err(ContractError::KeepsNothing) };
    }
    match contract.purposes.iter().find(|purpose| !names("serves", purpose)) {
        Some(purpose) => Err(ContractError::Purpose(purpose.clone())),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_contract_fits_its_source_or_says_why_not() {
        let contract = |toml: &str| toml::from_str::<ContractDocument>(toml).unwrap();
        let written = contract("basis = 'contract'\npurposes = ['site', 'email']");
        let proved = "basis = 'consent'\npurposes = ['partner']\nproof = { column = 'c', granted = ['yes'] }";
        let proved = contract(proved);
        let file = json!({"kind": "file", "basis": "contract", "serves": ["site", "email", "post"]});
        assert_eq!(check(&file, &written), Ok(()));
        assert_eq!(check(&json!({"kind": "partner", "any_of": ["partner"]}), &proved), Ok(()));
        assert_eq!(check(&json!({"kind": "partner", "any_of": ["site"]}), &proved), Err(ContractError::KeepsNothing));
        let partner = json!({"kind": "partner", "basis": "contract", "serves": ["site", "email"]});
        assert_eq!(check(&partner, &written), Err(ContractError::NeedsProof));
        let narrow = json!({"kind": "file", "basis": "contract", "serves": ["site"]});
        assert_eq!(check(&narrow, &written), Err(ContractError::Purpose("email".into())));
        let other = json!({"kind": "file", "basis": "legal duty", "serves": ["site", "email"]});
        assert!(matches!(check(&other, &written), Err(ContractError::OtherBasis { .. })));
    }
}
