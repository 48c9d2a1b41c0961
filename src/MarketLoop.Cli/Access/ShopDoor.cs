using MarketLoop.Data.Embedded;
using MarketLoop.Domain;

namespace MarketLoop.Cli.Access;

/// <summary>Finds out who holds a data folder and opens the fitting door.</summary>
internal static class ShopDoor
{
    private const string FolderMark = "marketloop.json";

    /// <summary>Opens a folder, or talks to the server that holds it.</summary>
    /// <param name="folder">The data folder.</param>
    /// <param name="mayCreate">True for verbs that bring data; the others refuse a folder that is none.</param>
    /// <param name="cancellationToken">Cancels.</param>
    /// <exception cref="MarketLoopException">The folder is missing, or held by something that is no server.</exception>
    public static async Task<IShopAccess> OpenAsync(string folder, bool mayCreate, CancellationToken cancellationToken)
    {
        if (ServerAddress.Find(folder) is { } server)
        {
            return new RemoteShop(server);
        }

        if (!mayCreate && !File.Exists(Path.Combine(folder, FolderMark)))
        {
            throw new MarketLoopException($"--data: {Path.GetFullPath(folder)} is no data folder. Bring data in first (./marketloop import), or name another folder.");
        }

        return await LocalShop.OpenAsync(folder, cancellationToken);
    }
}
