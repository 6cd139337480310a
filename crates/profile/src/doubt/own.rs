//! The shop's own addresses and numbers, which clerks and tests leave on customers.

use super::{phone::Number, text};

/// What is the shop's own. Built once, then only compared with.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Own {
    mails: Vec<Box<str>>,
    domains: Vec<Box<str>>,
    phones: Vec<Number>,
    addresses: Vec<Box<str>>,
}

impl Own {
    /// Also that mail address.
    #[must_use]
    pub fn with_mail(mut self, mail: &str) -> Self {
        self.mails.push(text::folded(text::bare(mail)).collect());
        self
    }

    /// Also every mail address of that domain and of those below it.
    #[must_use]
    pub fn with_domain(mut self, domain: &str) -> Self {
        self.domains.push(text::bare(domain).to_ascii_lowercase().into());
        self
    }

    /// Also that phone number, in any notation. A text that is no number, or an impossible one, is passed over.
    #[must_use]
    pub fn with_phone(mut self, phone: &str) -> Self {
        self.phones.extend(Number::read(phone).filter(Number::is_possible));
        self
    }

    /// Also that postal address. A text without letters or digits is passed over.
    #[must_use]
    pub fn with_address(mut self, address: &str) -> Self {
        let own: Box<str> = letters(address).collect();
        if !own.is_empty() {
            self.addresses.push(own);
        }
        self
    }

    pub(super) fn has_mail(&self, mail: &str) -> bool {
        self.mails.iter().any(|own| text::folded(mail).eq(own.chars()))
    }

    /// Whether a domain in lower case is one of these or below one.
    pub(super) fn has_domain(&self, domain: &str) -> bool {
        self.domains
            .iter()
            .any(|own| domain.strip_suffix(&**own).is_some_and(|rest| rest.is_empty() || rest.ends_with('.')))
    }

    pub(super) fn has_phone(&self, number: &Number) -> bool {
        self.phones.iter().any(|own| own.is_same(number))
    }

    pub(super) fn has_address(&self, address: &str) -> bool {
        self.addresses.iter().any(|own| letters(address).eq(own.chars()))
    }
}

/// What counts in a postal address: no signs, no blanks, no case.
fn letters(address: &str) -> impl Iterator<Item = char> {
    text::folded(address).filter(|c| c.is_alphanumeric())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shops_own_is_known_in_any_notation() {
        let own = Own::default()
            .with_mail(" Contact@Ouest-Shoes.fr ")
            .with_domain("Shoes.bzh")
            .with_phone("+33 2 98 44 55 67")
            .with_address("12, rue de Siam, 29200 Brest");
        assert!(own.has_mail("contact@ouest-shoes.FR"));
        assert!(!own.has_mail("ana@ouest-shoes.fr"));
        assert!(own.has_domain("shoes.bzh") && own.has_domain("brest.shoes.bzh"));
        assert!(!own.has_domain("myshoes.bzh") && !own.has_domain("bzh"));
        let has_phone = |phone| Number::read(phone).is_some_and(|number| own.has_phone(&number));
        assert!(has_phone("02 98 44 55 67") && has_phone("0033298445567"));
        assert!(!has_phone("02 98 44 55 68"));
        assert!(own.has_address("12 Rue de Siam\n29200 BREST"));
        assert!(!own.has_address("13, rue de Siam, 29200 Brest"));
    }

    #[test]
    fn what_is_nothing_is_nobodys() {
        let own = Own::default().with_phone("").with_phone("none").with_address(" , ");
        assert_eq!(own, Own::default());
        assert!(!own.has_address(""));
    }
}
