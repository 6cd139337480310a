//! What an item costs. Amounts are in hundredths of the currency's unit, whatever its own smallest coin.

use model::time::Timestamp;

/// A currency by its three capital letters (ISO 4217).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Currency([u8; 3]);

/// What an item costs who buys it, with tax as the shop shows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Prices {
    /// The currency of all amounts of the item.
    pub currency: Currency,
    /// The usual price.
    pub price_cents: u64,
    /// A lower one, for a time.
    pub sale: Option<Sale>,
}

/// A reduced price.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Sale {
    /// The reduced price.
    pub price_cents: u64,
    /// Its first moment; [`Timestamp::MIN`] if it has none.
    pub from: Timestamp,
    /// The first moment at which it is over; [`Timestamp::MAX`] if it has none.
    pub until: Timestamp,
}

impl Currency {
    /// The euro.
    pub const EUR: Self = Self(*b"EUR");

    /// A currency by its code, in capitals; `None` if it is none.
    pub fn new(code: &str) -> Option<Self> {
        let letters: [u8; 3] = code.as_bytes().try_into().ok()?;
        letters.iter().all(u8::is_ascii_uppercase).then_some(Self(letters))
    }

    /// Its code.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).expect("three ASCII letters")
    }
}

impl Prices {
    /// A price without a reduction.
    pub const fn of(currency: Currency, price_cents: u64) -> Self {
        Self { currency, price_cents, sale: None }
    }

    /// The reduction that holds at a moment.
    pub fn sale_at(&self, now: Timestamp) -> Option<&Sale> {
        self.sale.as_ref().filter(|sale| sale.from <= now && now < sale.until)
    }

    /// What it costs at a moment.
    pub fn cents_at(&self, now: Timestamp) -> u64 {
        self.sale_at(now).map_or(self.price_cents, |sale| sale.price_cents)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_currency_is_three_capital_letters() {
        assert_eq!(Currency::new("EUR"), Some(Currency::EUR));
        assert_eq!(Currency::EUR.as_str(), "EUR");
        assert!(["", "eur", "EURO", "€", "E1R"].iter().all(|code| Currency::new(code).is_none()));
    }

    #[test]
    fn a_sale_holds_from_its_first_moment_until_before_its_last() {
        let at = |ms| Timestamp::from_millis(ms).unwrap();
        let sale = Sale { price_cents: 80, from: at(10), until: at(20) };
        let prices = Prices { sale: Some(sale), ..Prices::of(Currency::EUR, 100) };
        assert_eq!([9, 10, 19, 20].map(|ms| prices.cents_at(at(ms))), [100, 80, 80, 100]);
    }
}
