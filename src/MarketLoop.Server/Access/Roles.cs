namespace MarketLoop.Server.Access;

/// <summary>Who asks. One of these stands in every authenticated request.</summary>
internal static class Roles
{
    /// <summary>A write key: stands in page source, may write and ask slots.</summary>
    public const string WriteKey = "write";

    /// <summary>A secret key of the shop's own servers.</summary>
    public const string SecretKey = "secret";

    /// <summary>Whoever can read the data folder's token: the owner's own command line.</summary>
    public const string Local = "local";

    /// <summary>The owner in the dashboard.</summary>
    public const string Admin = "admin";

    /// <summary>Claim that carries the source of a key.</summary>
    public const string SourceClaim = "source";

    /// <summary>Claim that changes with the password, so that older cookies end.</summary>
    public const string StampClaim = "stamp";
}
