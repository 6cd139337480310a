//! Mail domains whose boxes are made to be thrown away.

use std::sync::LazyLock;

const LIST: &str = include_str!("../../data/throw_away_domains.txt");

/// All domains, in order.
static DOMAINS: LazyLock<Vec<&str>> = LazyLock::new(|| LIST.lines().filter(|line| is_domain(line)).collect());

/// Whether a domain, in lower case, or one above it is on the list.
pub(super) fn is_throw_away(domain: &str) -> bool {
    let starts = std::iter::once(0).chain(domain.match_indices('.').map(|(dot, _)| dot + 1));
    starts.map(|start| &domain[start..]).any(|part| DOMAINS.binary_search(&part).is_ok())
}

fn is_domain(line: &str) -> bool {
    !line.is_empty() && !line.starts_with('#')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_sorted_and_clean() {
        assert!(DOMAINS.len() > 500);
        assert!(DOMAINS.is_sorted_by(|a, b| a < b));
        let is_clean = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '.' || c == '-';
        assert!(DOMAINS.iter().all(|domain| domain.contains('.') && domain.chars().all(is_clean)));
    }

    #[test]
    fn domains_and_what_is_below_them_are_found() {
        for domain in ["yopmail.com", "mailinator.com", "box.of.mailinator.com", "guerrillamail.com", "jetable.fr.nf"] {
            assert!(is_throw_away(domain), "{domain}");
        }
    }

    #[test]
    fn other_domains_are_spared() {
        for domain in [
            "gmail.com",
            "notmailinator.example",
            "mailinator.com.example",
            "xmailinator.com",
            "com",
            "",
            "fr.nf",
            "orange.fr",
            "privaterelay.appleid.com",
            "mozmail.com",
            "duck.com",
            "33mail.com",
            "proton.me",
            "mail.com",
            "posteo.de",
        ] {
            assert!(!is_throw_away(domain), "{domain}");
        }
    }
}
