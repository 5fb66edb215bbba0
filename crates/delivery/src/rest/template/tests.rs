#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::scope::Parameters;
use super::*;

const BODY: &str = r#"{"id":"o-1","count":3,"open":true,"price":1.5,"note":"it's \"new\"","lines":[{"sku":"a"},{"sku":"b"}],"gone":null}"#;

/// What a template writes for a body.
fn written(template: &str, body: &str) -> String {
    rendered(template, body).unwrap().text
}

fn rendered(template: &str, body: &str) -> Result<Rendered, RenderError> {
    let parameters = Parameters {
        path: BTreeMap::from([("id".to_owned(), "a b".to_owned())]),
        query: BTreeMap::from([("page".to_owned(), "2".to_owned())]),
        header: BTreeMap::from([("x-trace".to_owned(), "abc".to_owned())]),
    };
    let context = json!({
        "requestId": "r-1", "requestTimeEpoch": 1_795_238_220_007_u64,
        "requestTime": "21/Nov/2026:05:17:00 +0000", "identity": { "sourceIp": "127.0.0.1" },
    });
    let stage_variables = BTreeMap::from([("table".to_owned(), "orders".to_owned())]);
    Template::parse(template).unwrap().render(&Scope {
        body,
        parameters: &parameters,
        context: &context,
        stage_variables: &stage_variables,
    })
}

#[test]
fn a_template_writes_what_it_is_told_to() {
    let cases = [
        // Text and what only looks like a directive or a reference.
        ("plain", "plain"),
        (
            "costs $5, 100% #1, #status, a#b",
            "costs $5, 100% #1, #status, a#b",
        ),
        ("a ## comment\nb", "a b"),
        ("a#* comment\n *#b", "ab"),
        // References.
        ("$input.path('$.id').", "o-1."),
        ("${input.path('$.id')}x", "o-1x"),
        ("$input.json('$.id')", "\"o-1\""),
        ("$input.json('$.lines')", r#"[{"sku":"a"},{"sku":"b"}]"#),
        ("$input.path('$.lines[1].sku')", "b"),
        ("$input.path('$').lines[0].sku", "a"),
        (
            "$input.path('$.count')/$input.path('$.open')/$input.path('$.price')",
            "3/true/1.5",
        ),
        ("$input.path('$.lines')", r#"[{"sku":"a"},{"sku":"b"}]"#),
        ("$input.path('$.lines[0]')", "{sku=a}"),
        (
            "$input.params('id')|$input.params('page')|$input.params('X-Trace')|$input.params('no')",
            "a b|2|abc|",
        ),
        (
            "$input.params().header.get('x-trace')$input.params().path.id",
            "abca b",
        ),
        (
            "$context.requestId $context.identity.sourceIp $stageVariables.table",
            "r-1 127.0.0.1 orders",
        ),
        (
            "$stageVariables.get('table')$stageVariables['table']",
            "ordersorders",
        ),
        // What is not there.
        ("[$input.path('$.missing')]", "[]"),
        ("$input.json('$.missing')", "\"\""),
        ("$input.path('$.gone')", "$input.path('$.gone')"),
        ("[$!input.path('$.gone')]", "[]"),
        (
            "$stageVariables.no|$!stageVariables.no|$!{stageVariables.no}",
            "$stageVariables.no||",
        ),
        // Set and expressions.
        ("#set($a = 1 + 2 * 3)\n$a", "7"),
        ("#set($a = (1 + 2) * 3 - 10 / 3 % 2)$a", "8"),
        ("#set($a = \"<$input.path('$.id')>\")$a", "<o-1>"),
        (
            "#set($a = '<$input.path(\"$.id\")>')$a",
            "<$input.path(\"$.id\")>",
        ),
        ("#set($a = 'it''s')$a", "it's"),
        (
            "#set($a = [1, 'two', true])$a $a.size() $a[1] $a.get(0)",
            "[1, two, true] 3 two 1",
        ),
        (
            "#set($m = {'a': 1, \"b\": {'c': 2}})$m.a $m.b.c $m.get('a') $m['a'] $m",
            "1 2 1 1 {a=1, b={c=2}}",
        ),
        (
            "#set($m = {})#set($n = $m)#set($m.a = 1)$!n.put('b', 2)$n.a$m.b",
            "12",
        ),
        ("#set($l = [])$l.add('x')$!l.add('y')$l", "truetrue[x, y]"),
    ];
    for (template, expected) in cases {
        assert_eq!(written(template, BODY), expected, "{template}");
    }
}

#[test]
fn conditions_and_loops_choose_and_repeat() {
    let cases = [
        ("#if(true)yes#{else}no#end", "yes"),
        (
            "#if($input.path('$.count') == 3 && $input.path('$.open'))yes#end",
            "yes",
        ),
        (
            "#if($input.path('$.id') == 'x')1#elseif($input.path('$.id') == \"o-1\")2#{else}3#end",
            "2",
        ),
        ("#if(!$input.path('$.open') || 2 < 1)a#{else}b#end", "b"),
        ("#if($input.path('$.gone'))a#{else}b#end", "b"),
        ("#if(\"$!input.path('$.gone')\" != '')a#{else}b#end", "b"),
        ("#if($input.path('$.count') >= 3 and not false)a#end", "a"),
        ("#if($input.path('$.count') eq '3')a#end", "a"),
        (
            "#foreach($l in $input.path('$.lines'))$l.sku#if($foreach.hasNext),#end#end",
            "a,b",
        ),
        (
            "#foreach($i in [1..3])$foreach.index:$foreach.count:$i #end",
            "0:1:1 1:2:2 2:3:3 ",
        ),
        ("#foreach($i in [1..9])#if($i == 3)#break#end$i#end", "12"),
        (
            "#foreach($k in $input.path('$').keySet())$k #end",
            "id count open price note lines gone ",
        ),
        (
            "#foreach($e in $input.path('$.lines[0]').entrySet())$e.key=$e.value#end",
            "sku=a",
        ),
        // Directives take the line break behind them.
        ("a\n#if(true)\nb\n#end\nc\n#set($x = 1)\nd", "a\nb\nc\nd"),
    ];
    for (template, expected) in cases {
        assert_eq!(written(template, BODY), expected, "{template}");
    }
}

#[test]
fn texts_have_javas_methods() {
    let cases = [
        ("$t.length() $t.substring(3) $t.substring(0,2)", "7 bar' fo"),
        ("$t.replaceAll('o+', '0')", "f0bar'"),
        ("$t.replace('o', '0').toUpperCase()", "F00BAR'"),
        (
            "$t.contains('ob') $t.startsWith('fo') $t.endsWith('x') $t.isEmpty()",
            "true true false false",
        ),
        ("$t.matches('[a-z]+.') $t.matches('[a-z]+')", "true false"),
        (
            "$t.indexOf('b') $t.split('o').size() $t.equals('x') $t.concat('!')",
            "3 3 false foobar'!",
        ),
        ("$t.replaceAll('(f)(o)', '$2$1')", "ofobar'"),
    ];
    for (template, expected) in cases {
        let template = format!("#set($t = \"foobar'\"){template}");
        assert_eq!(written(&template, ""), expected, "{template}");
    }
}

#[test]
fn utilities_do_what_api_gateways_do() {
    let body = r#"{"t":"it's \"new\"\n</a> é😀 \\"}"#;
    let cases = [
        ("$util.urlEncode('a b/ü*')", "a+b%2F%C3%BC*"),
        ("$util.urlDecode('a+b%2F%C3%BC')", "a b/ü"),
        (
            "$util.base64Encode('ab') $util.base64Decode('YWI=')",
            "YWI= ab",
        ),
        ("$util.parseJson('{\"a\":[1,{\"b\":2}]}').a[1].b", "2"),
        (
            "$util.escapeJavaScript($input.path('$.t'))",
            r#"it\'s \"new\"\n<\/a> \u00E9\uD83D\uDE00 \\"#,
        ),
    ];
    for (template, expected) in cases {
        assert_eq!(written(template, body), expected, "{template}");
    }
}

#[test]
fn an_escaped_text_with_its_single_quotes_mended_is_json() {
    let text = "it's \"new\"\n</a> é😀 \\ \\' $input #end";
    let body = json!({ "t": text }).to_string();
    let template = r#"{"t":"$util.escapeJavaScript($input.path('$.t')).replaceAll("\\'","'")"}"#;

    let result: Value = serde_json::from_str(&written(template, &body)).unwrap();

    assert_eq!(result["t"], text);
}

#[test]
fn the_status_and_headers_of_the_answer_can_be_set_once_each() {
    let template = "#set($context.responseOverride.status = 409)\n\
                    #set($context.responseOverride.header.Location = \"/o/1\")\n\
                    #set($context.responseOverride.header['X-A'] = 'b')body";
    let result = rendered(template, "{}").unwrap();

    assert_eq!(
        (result.text.as_str(), result.overrides.status),
        ("body", Some(409))
    );
    let headers: Vec<_> = result.overrides.headers.into_iter().collect();
    assert_eq!(
        headers,
        [
            ("Location".to_owned(), "/o/1".to_owned()),
            ("X-A".to_owned(), "b".to_owned())
        ]
    );

    let twice =
        "#set($context.responseOverride.status = 400)#set($context.responseOverride.status = 409)";
    let error = rendered(twice, "{}").unwrap_err();
    assert!(error.to_string().contains("second time"), "{error}");
}

#[test]
fn a_status_that_is_none_is_left_out() {
    for status in ["'409'", "42", "700", "true"] {
        let template = format!("#set($context.responseOverride.status = {status})");
        assert_eq!(
            rendered(&template, "").unwrap().overrides.status,
            None,
            "{status}"
        );
    }
}

#[test]
fn a_body_that_is_not_json_fails_only_a_template_that_looks_into_it() {
    assert_eq!(written("$input.body", "not JSON"), "not JSON");
    assert_eq!(written("$input.body", ""), "{}");
    let error = rendered("$input.path('$.id')", "not JSON").unwrap_err();
    assert!(matches!(error, RenderError::Body(_)), "{error}");
}

#[test]
fn a_loop_over_more_than_a_thousand_items_fails() {
    let body = json!({ "all": vec![1; 1001] }).to_string();
    let error = rendered("#foreach($i in $input.path('$.all'))$i#end", &body).unwrap_err();
    assert!(error.to_string().contains("1001"), "{error}");
}

#[test]
fn what_is_not_done_here_is_refused_with_its_line_and_name() {
    let cases = [
        ("a\n#define($x)b#end", 2, "#define"),
        ("#macro(m)x#end", 1, "#macro"),
        ("\n\n#parse('x')", 3, "#parse"),
        ("#[[raw]]#", 1, "#[["),
        ("a\n\\$input.body", 2, "`\\`"),
        ("$input.header", 1, "$input.header"),
        ("$util.toJson($input.path('$'))", 1, "$util.toJson"),
        ("$util.urlEncode('a', 'b')", 1, "one argument"),
        (
            "$context.authorizer.claims.sub",
            1,
            "$context.authorizer.claims.sub",
        ),
        ("$context.error.message", 1, "$context.error.message"),
        (
            "#set($context.requestOverride.header.a = 'b')",
            1,
            "requestOverride",
        ),
        ("#set($input = 1)", 1, "$input"),
        ("\n$order.id", 2, "$order.id"),
        ("#set($a = \"x\")$a.codePoints()", 1, "codePoints"),
        ("$input.path('$..id')", 1, "$..id"),
        ("#set($a = null)", 1, "`null`"),
    ];
    for (template, line, part) in cases {
        let error = Template::parse(template).unwrap_err();
        assert_eq!(error.line, line, "{template}: {error}");
        assert!(
            error.reason.contains("not supported here") && error.reason.contains(part),
            "{template}: {error}"
        );
    }
}

#[test]
fn a_broken_template_is_refused_with_its_line() {
    let cases = [
        ("a\n#if(true)b", 2, "#end"),
        ("#foreach($x in [1])", 1, "#end"),
        ("a\n#end", 2, "#end"),
        ("#set($a 1)", 1, "`=`"),
        ("#set($a = 'x)", 1, "closing '"),
        ("\n#* x", 2, "*#"),
        ("${input.body", 1, "`}`"),
        ("#if()a#end", 1, "`)`"),
    ];
    for (template, line, part) in cases {
        let error = Template::parse(template).unwrap_err();
        assert_eq!(error.line, line, "{template}: {error}");
        assert!(error.reason.contains(part), "{template}: {error}");
    }
}

#[test]
fn an_expression_matches_the_same_whatever_others_were_used_before() {
    // GIVEN more expressions than are kept, each used twice
    for round in 0..2 {
        for number in 0..100 {
            let template = format!("#set($t = 'x{number}y')$t.replaceAll('^x{number}', '-')");
            assert_eq!(written(&template, "{}"), "-y", "{round}");
        }
    }
    // THEN a part of a text is still no match of the whole, and a broken expression is still none
    let template = "#set($t = 'aab')$t.matches('a+') $t.replaceAll('a+', '')";
    assert_eq!(written(template, "{}"), "false b");
    for _ in 0..2 {
        let error = rendered("#set($t = 'a')$t.matches($input.path('$'))", "\"(\"").unwrap_err();
        assert!(error.to_string().contains("regular expression"), "{error}");
    }
}
