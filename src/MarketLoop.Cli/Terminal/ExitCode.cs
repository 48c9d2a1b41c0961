namespace MarketLoop.Cli.Terminal;

/// <summary>What the program answers to the shell.</summary>
internal static class ExitCode
{
    public const int Ok = 0;

    /// <summary>It was understood but did not work.</summary>
    public const int Failure = 1;

    /// <summary>It was not understood: a wrong verb, option or value.</summary>
    public const int Usage = 2;

    /// <summary>It worked in part, such as an import of two files of which one was refused.</summary>
    public const int Partial = 3;
}
