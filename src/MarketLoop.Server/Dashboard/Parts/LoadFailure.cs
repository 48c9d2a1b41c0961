namespace MarketLoop.Server.Dashboard.Parts;

/// <summary>Log category of parts of pages that could not be read.</summary>
internal sealed class LoadFailure;
