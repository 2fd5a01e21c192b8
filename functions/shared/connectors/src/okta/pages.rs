//! Lists that come in pages, each naming the next one in its `Link` header (RFC 8288).

use super::Okta;
use countersign_core::Result;
use countersign_http::http::{HeaderMap, Method, header::LINK};
use serde::de::DeserializeOwned;
use url::Url;

/// The most pages of a list that are read; a longer list cannot be used, since half of it would look like all.
pub(super) const MAX_PAGES: usize = 500;

impl Okta {
    /// A whole list; `None` when there is no such thing.
    pub(super) async fn pages<T: DeserializeOwned>(&self, first: Url) -> Result<Option<Vec<T>>> {
        let mut found = Vec::new();
        let mut next = first;
        for number in 0..MAX_PAGES {
            let call = self.service.call(Method::GET, &next)?;
            match self.service.read::<Vec<T>>(call).await? {
                Some(page) => {
                    found.extend(page.body);
                    match named_next(&page.headers) {
                        Some(link) => next = self.same_service(link)?,
                        None => return Ok(Some(found)),
                    }
                }
                None if number == 0 => return Ok(None),
                None => return Err(self.service.unusable("a page is missing")),
            }
        }
        Err(self.service.unusable("it has too many pages"))
    }

    /// The token goes to the configured place and to no other, whatever an answer says.
    fn same_service(&self, link: &str) -> Result<Url> {
        let root = &self.service.root;
        let same = |url: &Url| {
            let names_nobody = url.username().is_empty() && url.password().is_none();
            url.origin() == root.origin() && url.path().starts_with(root.path()) && names_nobody
        };
        let url = root.join(link).ok().filter(same);
        url.ok_or_else(|| self.service.unusable("its next page is elsewhere"))
    }
}

/// The address whose relation is `next`, in any of the headers or parts of one.
fn named_next(headers: &HeaderMap) -> Option<&str> {
    let values = headers.get_all(LINK).iter().filter_map(|value| value.to_str().ok());
    let mut links = values.flat_map(|value| value.split('<').skip(1)).filter_map(|link| link.split_once('>'));
    links.find(|(_, parameters)| parameters.split([';', ',']).any(is_next)).map(|(address, _)| address)
}

fn is_next(parameter: &str) -> bool {
    let Some((name, value)) = parameter.split_once('=') else { return false };
    name.trim().eq_ignore_ascii_case("rel") && value.trim().trim_matches('"').eq_ignore_ascii_case("next")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(headers: &[&str], next: Option<&str>) {
        let headers = headers.iter().map(|value| (LINK, value.parse().unwrap())).collect();
        assert_eq!(named_next(&headers), next, "{headers:?}");
    }

    #[test]
    fn the_next_page_is_the_one_that_is_called_so() {
        check(&[], None);
        check(&[r#"<https://a.example/x>; rel="self""#], None);
        check(&[r#"<https://a.example/x?after=1>; rel="next""#], Some("https://a.example/x?after=1"));
        check(&[r"<https://a.example/x>;rel=NEXT"], Some("https://a.example/x"));
        check(
            &[r#"<https://a.example/s>; rel="self""#, r#"<https://a.example/n>; rel="next""#],
            Some("https://a.example/n"),
        );
        check(
            &[r#"<https://a.example/s,t;u>; rel="self", <https://a.example/n?a=1,2>; title="x"; rel="next""#],
            Some("https://a.example/n?a=1,2"),
        );
        check(&[r#"<https://a.example/next>; rel="self"; title="rel""#], None);
        check(&["next", "<", ">", r#"rel="next""#, "<unfinished; rel=next"], None);
    }
}
