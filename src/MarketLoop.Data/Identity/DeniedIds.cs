using System.Buffers;

namespace MarketLoop.Data.Identity;

/// <summary>What careless pages send for "nobody": taken as an id it would make one giant customer of all visitors. Immutable.</summary>
internal sealed class DeniedIds
{
    private const int GuidDigits = 32; // a GUID of one digit only, such as the nil one

    private static readonly string[] BuiltIn =
    [
        "null", "undefined", "nan", "none", "nil", "void", "empty", "blank", "n/a", "na", "0", "-1", "0.0", "true", "false", "yes", "no", "unknown", "unset", "notset", "not set", "not_set",
        "(not set)", "(none)", "(null)", "(unknown)", "<null>", "<none>", "default", "test", "guest", "guest_user", "guestuser", "anonymous", "anon", "visitor", "customer", "user", "users", "id",
        "uid", "userid", "user_id", "user id", "customerid", "customer_id", "anonymousid", "anonymous_id", "distinct_id", "distinctid", "email", "phone", "name", "username",
        "[object object]", "object object", "[object undefined]", "[object null]", "nobody", "someone",
        "email@domain", "user@domain", "name@domain", "foo@bar.com", "foo@bar", "a@a.com", "a@b.com", "a@b.c", "abc@abc.com", "test@test", "email@email.com", "mail@mail.com", "none@none.com",
        "null@null.com", "na@na.com", "xxx@xxx.com", "asdf@asdf.com", "you@yourdomain.com", "your@email.com", "youremail@email.com", "someone@somewhere.com",
    ];

    private static readonly HashSet<string> PlaceholderNames = new(StringComparer.Ordinal)
    {
        "user", "username", "test", "tester", "testing", "email", "e-mail", "mail", "your", "you", "youremail", "your.email", "yourname", "your.name", "name", "example", "sample", "foo", "someone", "somebody",
        "guest", "customer", "anonymous", "john.doe", "jane.doe", "johndoe", "janedoe", "null", "none", "undefined", "unknown", "admin", "info", "me",
    };

    private static readonly HashSet<string> PlaceholderDomains = new(StringComparer.Ordinal)
    {
        "example.com", "example.org", "example.net", "example", "test.com", "test.org", "domain.com", "domain.tld", "domain", "yourdomain.com", "mydomain.com", "email.com", "mail.com", "localhost",
    };

    private static readonly HashSet<string> NoReplyNames = new(StringComparer.Ordinal) { "noreply", "no-reply", "no_reply", "no.reply", "donotreply", "do-not-reply", "do_not_reply", "mailer-daemon" };

    private static readonly SearchValues<char> Signs = SearchValues.Create(" -_.,;:!?*#/\\|+=~'\"`^()[]{}<>$%&@");

    private readonly HashSet<string> denied;
    private readonly int longest;

    public DeniedIds(IEnumerable<string> further)
    {
        denied = new HashSet<string>(BuiltIn.Concat(further.Select(id => id.Trim())), StringComparer.OrdinalIgnoreCase);
        longest = denied.Max(id => id.Length);
    }

    /// <summary>The built-in ones.</summary>
    public static DeniedIds Default { get; } = new([]);

    /// <summary>True when a text is no id of anybody: a stand-in, a placeholder address, a template that was never filled in, or nothing but signs.</summary>
    public bool Contains(string id)
    {
        ReadOnlySpan<char> text = id.AsSpan().Trim();
        return text.IsEmpty
            || (text.Length <= longest && denied.GetAlternateLookup<ReadOnlySpan<char>>().Contains(text))
            || !text.ContainsAnyExcept(Signs)
            || (text.Length >= GuidDigits && text.IndexOfAnyExcept(text[0], '-') < 0)
            || IsTemplate(text)
            || (text.Contains('@') && IsPlaceholderAddress(text.ToString().ToLowerInvariant()));
    }

    private static bool IsTemplate(ReadOnlySpan<char> text) =>
        (text.StartsWith("{{") && text.EndsWith("}}")) || (text.StartsWith("${") && text.EndsWith("}")) || (text.StartsWith("<%") && text.EndsWith("%>")) || (text.StartsWith("%%") && text.EndsWith("%%"));

    private static bool IsPlaceholderAddress(string address)
    {
        int at = address.LastIndexOf('@');
        string name = address[..at];
        int tag = name.IndexOf('+', StringComparison.Ordinal);
        name = tag > 0 ? name[..tag] : name;
        return NoReplyNames.Contains(name) || (PlaceholderNames.Contains(name) && PlaceholderDomains.Contains(address[(at + 1)..]));
    }
}
