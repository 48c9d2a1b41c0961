using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using MarketLoop.Domain;

namespace MarketLoop.Data.Erasure;

/// <summary>An export as a page: everything that the JSON holds, in tables, every text escaped.</summary>
public sealed class ExportPage(string language)
{
    private const string Style =
        "body{font:15px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:60rem;padding:0 1rem;color:#1c1c1c;background:#fff}h1{font-size:1.5rem}h2{font-size:1.1rem;margin:2rem 0 .5rem;break-after:avoid}" +
        "table{border-collapse:collapse;width:100%;margin:0 0 .8rem;font-size:13px}th,td{border:1px solid #ccc;padding:.25rem .5rem;text-align:left;vertical-align:top;overflow-wrap:anywhere}" +
        "th{background:#f3f3f0;font-weight:600}table table{margin:0}.pairs>tbody>tr>th{width:13rem}tr{break-inside:avoid}pre{white-space:pre-wrap;overflow-wrap:anywhere;margin:0 0 .8rem;font-size:12px}p{color:#555}";

    private static readonly HtmlEncoder Encoder = HtmlEncoder.Create(System.Text.Unicode.UnicodeRanges.All);
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) } };

    private readonly StringBuilder page = new();
    private readonly bool isChinese = language.StartsWith("zh", StringComparison.OrdinalIgnoreCase);

    /// <summary>The policy under which a server may send the page: its one style sheet and nothing else.</summary>
    public static string ContentSecurityPolicy { get; } =
        $"default-src 'none'; style-src 'sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(Style)))}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    /// <summary>Writes the page. One page for each instance.</summary>
    public string Write(CustomerExport export)
    {
        ArgumentNullException.ThrowIfNull(export);
        string title = isChinese ? $"本店保存的关于 {export.Customer.Value} 的全部资料" : $"What the shop holds about {export.Customer.Value}";
        page.Append("<!doctype html><html lang=\"").Append(isChinese ? "zh-CN" : "en").Append("\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\"><title>").Append(Escape(title))
            .Append("</title><style>").Append(Style).Append("</style></head><body><h1>").Append(Escape(title)).Append("</h1><p>")
            .Append(Say("Times are UTC. The same as JSON is to be had from the shop.", "时间均为 UTC。可向商店索取同样内容的 JSON 文件。")).Append("</p>");
        Head(Say("Ids", "标识"), export.Ids.Count);
        Row("p", string.Join(", ", export.Ids));
        Values<CustomerProfile>(Say("Profile", "个人资料"), export.Profile is null ? [] : [export.Profile]);
        Table(
            Say("Consent", "授权记录"),
            [Say("When", "时间"), Say("Purpose", "用途"), Say("Channel", "渠道"), Say("Answer", "意愿"), Say("Version of the text", "文本版本"), Say("How", "方式"), Say("Proof", "凭证")],
            export.Consents.Select(entry => (string[])[Moment(entry.At), Of(entry.Purpose), Of(entry.Channel), entry.IsGranted ? Say("yes", "同意") : Say("no", "拒绝"), entry.TextVersion ?? "–", Of(entry.Origin), entry.Evidence]));
        Table(
            Say("Acts", "行为"),
            [Say("When", "时间"), Say("What", "行为"), Say("Products", "商品"), Say("Money", "金额"), Say("Source", "来源"), Say("Told", "原始内容")],
            export.Interactions.Select(act => (string[])
            [
                Moment(act.OccurredAt), act.Name, string.Join(", ", act.Lines.Select(line => $"{line.Quantity} × {line.Product}")), $"{act.Revenue} {act.Currency}".Trim(), act.Source.Value, act.PropertiesJson ?? "",
            ]));
        Values(Say("Conclusions", "分析结论"), export.Insights);
        Values(Say("Decisions", "决策"), export.Treatments);
        Values(Say("Deliveries", "触达"), export.Deliveries);
        Values(Say("Outcomes", "结果"), export.Outcomes);
        Values(Say("Other records", "其他记录"), [.. export.Kept.SelectMany(table => table.Value.Select(row => new Dictionary<string, object?>(StringComparer.Ordinal) { [table.Key] = row }))]);
        Texts(Say("Refused events and rows", "被退回的事件和数据行"), export.Quarantined);
        Texts(Say("Mails", "邮件"), export.Mails);
        return page.Append("</body></html>").ToString();
    }

    private string Say(string english, string chinese) => isChinese ? chinese : english;

    private string Of(ConsentPurpose purpose) => purpose switch
    {
        ConsentPurpose.Analytics => Say("analytics", "统计分析"),
        ConsentPurpose.Personalisation => Say("personalisation", "个性化"),
        ConsentPurpose.Marketing => Say("marketing", "营销"),
        _ => Say("advertising", "广告"),
    };

    private string Of(ConsentChannel channel) => channel switch
    {
        ConsentChannel.Any => Say("every channel", "所有渠道"),
        ConsentChannel.OnSite => Say("the shop's pages", "店内页面"),
        ConsentChannel.Email => Say("e-mail", "邮件"),
        ConsentChannel.Sms => Say("short messages", "短信"),
        ConsentChannel.Push => Say("notifications", "推送"),
        ConsentChannel.Phone => Say("calls", "电话"),
        ConsentChannel.Post => Say("letters", "信函"),
        ConsentChannel.Messenger => Say("messengers", "即时通讯"),
        _ => Say("advertisements", "站外广告"),
    };

    private string Of(ConsentOrigin origin) => origin switch
    {
        ConsentOrigin.IdentifyTrait => Say("with the account's data", "随账户资料提供"),
        ConsentOrigin.ConsentEvent => Say("on the shop's page", "在商店页面表达"),
        ConsentOrigin.Api => Say("told by the shop's server", "由商店系统登记"),
        ConsentOrigin.Owner => Say("entered by the shop", "由店主录入"),
        ConsentOrigin.ShopPage => Say("the switch on the shop's page", "页面上的开关"),
        ConsentOrigin.PrivacyControl => Say("Global Privacy Control of the browser", "浏览器的全局隐私控制（GPC）"),
        _ => Say("the link in a mail", "邮件中的退订链接"),
    };

    private void Head(string title, int count) => page.Append("<h2>").Append(Escape(title)).Append(" (").Append(count.ToString(CultureInfo.InvariantCulture)).Append(")</h2>");

    private void Row(string tag, string text) => page.Append('<').Append(tag).Append('>').Append(Escape(text)).Append("</").Append(tag).Append('>');

    private void Texts(string title, IReadOnlyList<string> texts)
    {
        Head(title, texts.Count);
        foreach (string text in texts)
        {
            Row("pre", text);
        }
    }

    private void Table(string title, string[] columns, IEnumerable<string[]> rows)
    {
        string[][] all = [.. rows];
        Head(title, all.Length);
        if (all.Length == 0)
        {
            return;
        }

        page.Append("<table><tr>");
        Array.ForEach(columns, column => Row("th", column));
        page.Append("</tr>");
        foreach (string[] row in all)
        {
            page.Append("<tr>");
            Array.ForEach(row, cell => Row("td", cell));
            page.Append("</tr>");
        }

        page.Append("</table>");
    }

    private void Values<T>(string title, IReadOnlyList<T> values)
    {
        Head(title, values.Count);
        foreach (T value in values)
        {
            Value(JsonSerializer.SerializeToElement(value, Json));
        }
    }

    private void Value(JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                page.Append("<table class=\"pairs\">");
                foreach (JsonProperty property in value.EnumerateObject().Where(property => property.Value.ValueKind is not (JsonValueKind.Null or JsonValueKind.Undefined)))
                {
                    page.Append("<tr>");
                    Row("th", property.Name);
                    page.Append("<td>");
                    Value(property.Value);
                    page.Append("</td></tr>");
                }

                page.Append("</table>");
                break;
            case JsonValueKind.Array:
                foreach (JsonElement item in value.EnumerateArray())
                {
                    Value(item);
                }

                break;
            default:
                page.Append(Escape(value.ValueKind == JsonValueKind.String ? value.GetString() ?? "" : value.GetRawText()));
                break;
        }
    }

    private static string Moment(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);

    private static string Escape(string text) => Encoder.Encode(text);
}
